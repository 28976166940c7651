package emulator

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// uiPath is the mock's web page: incoming requests, resources, and controls for
// faults and the clock. It works without JavaScript, which only adds requests
// that arrive while it is open.
const uiPath = adminPrefix + "ui"

var (
	//go:embed ui.css
	uiStyle string
	//go:embed ui.js
	uiScript string
)

func isUI(path string) bool { return path == uiPath || strings.HasPrefix(path, uiPath+"/") }

// serveUI serves the page and its resources, to this machine only.
func (e *Emulator) serveUI(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "+
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
	if err := e.authorizeUI(r); err != nil {
		message.ErrorResponse(err).Write(w)
		return
	}
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, uiPath) {
	case "GET ", "HEAD ":
		e.showUI(w, r)
	case "GET /style.css":
		show(w, "text/css; charset=utf-8", uiStyle)
	case "GET /script.js":
		show(w, "text/javascript; charset=utf-8", uiScript)
	case "GET /events":
		e.showEvents(w, r)
	case "POST /faults":
		e.changed(w, r, e.setFaults(r))
	case "POST /clock":
		e.changed(w, r, e.setClock(r))
	default:
		message.ErrorResponse(message.Refuse(http.StatusNotFound, "%s %s is not a part of the mock's page", r.Method, r.URL.Path)).Write(w)
	}
}

// authorizeUI accepts the page itself and whatever authorizeAdmin accepts.
func (e *Emulator) authorizeUI(r *http.Request) error {
	own := *r
	if r.Header.Get("Origin") == "http://"+r.Host {
		own.Header = r.Header.Clone()
		own.Header.Del("Origin")
	}
	if r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		own.Header = own.Header.Clone()
		own.Header.Del("Sec-Fetch-Site")
	}
	return e.authorizeAdmin(&own)
}

func show(w http.ResponseWriter, mediaType, text string) {
	(&message.Response{Status: http.StatusOK, MediaType: mediaType, Body: []byte(text)}).Write(w)
}

// changed shows the page again after a setting was changed.
func (e *Emulator) changed(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		message.ErrorResponse(message.Refuse(http.StatusBadRequest, "%s", err)).Write(w)
		return
	}
	http.Redirect(w, r, uiPath, http.StatusSeeOther)
}

// setFaults replaces all rules by those of the form, one per line.
func (e *Emulator) setFaults(r *http.Request) error {
	var rules []faults.Rule
	for _, line := range strings.FieldsFunc(r.FormValue("rules"), func(c rune) bool { return c == '\n' || c == '\r' }) {
		rule, err := faults.Parse(strings.TrimSpace(line))
		if err != nil {
			return err
		}
		rules = append(rules, rule)
	}
	delay, err := faults.ParseSpan(strings.TrimSpace(r.FormValue("latency")))
	if err != nil {
		return err
	}
	e.faults.Store(faults.New(rules, delay, uint64(e.options.Now().UnixNano())))
	return nil
}

// setClock moves the mock's clock to the time of the form, RFC 3339; an empty
// value undoes the page's change.
func (e *Emulator) setClock(r *http.Request) error {
	text := strings.TrimSpace(r.FormValue("time"))
	if text == "" {
		e.shift.Store(0)
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("invalid time %q: use one such as 2026-03-01T00:00:00Z", text)
	}
	e.shift.Add(int64(at.Sub(e.options.Now())))
	return nil
}

// showEvents streams future requests as server-sent events (WHATWG HTML, section
// 9.2), until the page is closed.
func (e *Emulator) showEvents(w http.ResponseWriter, r *http.Request) {
	requests, stop := e.requests.watch()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	controller := http.NewResponseController(w)
	_, _ = fmt.Fprint(w, ": the requests to come\n\n")
	for controller.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case request, more := <-requests:
			text, err := jsonx.Encode(request)
			if !more || err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", text)
		}
	}
}

// Disconnect ends the streams of open pages, which would keep a server from
// shutting down.
func (e *Emulator) Disconnect() { e.requests.close() }

// The maximum numbers of requests and items on the page.
const (
	shownRequests = 100
	shownItems    = 100
)

func (e *Emulator) showUI(w http.ResponseWriter, r *http.Request) {
	p := &uiPage{}
	p.add(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>epilot mock</title>`,
		`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">`,
		`<link rel="stylesheet" href="/_ui/style.css"></head><body><h1>epilot mock</h1>`)
	p.switches(e.faults.Load(), e.options.Now())
	all := e.requests.list()
	slices.Reverse(all)
	p.requests(all[:min(len(all), shownRequests)])
	collection := r.URL.Query().Get("collection")
	err := e.state.View(r.Context(), func(tx *bolt.Tx) error {
		p.collections(tx, collection)
		if collection != "" {
			p.items(tx, store.Collection{Name: collection}, e.redact.JSON)
		}
		return nil
	})
	if err != nil {
		e.noteFailure(err)
		message.ErrorResponse(err).Write(w)
		return
	}
	p.add(`<script src="/_ui/script.js"></script></body></html>`)
	show(w, "text/html; charset=utf-8", p.text.String())
}

// uiPage builds a page. Text from elsewhere goes through html.EscapeString.
type uiPage struct{ text strings.Builder }

func (p *uiPage) add(parts ...string) {
	for _, part := range parts {
		p.text.WriteString(part)
	}
}

func (p *uiPage) switches(plan *faults.Plan, now time.Time) {
	rules, latency := plan.Describe()
	p.add(`<section class="switches"><form method="post" action="/_ui/faults"><h2>Faults</h2>`,
		`<label>Rules, one per line<textarea name="rules" rows="3" placeholder="rate=0.1,status=503">`,
		html.EscapeString(strings.Join(rules, "\n")), `</textarea></label>`,
		`<label>Latency<input name="latency" placeholder="50ms..200ms" value="`, html.EscapeString(latency), `"></label>`,
		`<button>Set faults</button></form>`,
		`<form method="post" action="/_ui/clock"><h2>Clock</h2><p>Now: <time>`, now.UTC().Format(time.RFC3339), `</time></p>`,
		`<label>Move to<input name="time" placeholder="2026-03-01T00:00:00Z"></label>`,
		`<button>Set clock</button></form></section>`)
}

func (p *uiPage) requests(latest []loggedRequest) {
	p.add(`<section><h2>Requests</h2><table id="requests"><thead><tr><th>Time</th><th>Method</th><th>Path</th>`,
		`<th>Status</th><th>ms</th><th>Operation</th><th>Reason</th></tr></thead><tbody>`)
	for _, r := range latest {
		class := ""
		if r.Status == 0 || r.Status >= http.StatusBadRequest {
			class = ` class="failed"`
		}
		p.add("<tr", class, ">")
		for _, cell := range []string{
			r.Time, r.Method, r.Path, strconv.Itoa(r.Status), strconv.FormatFloat(r.Millis, 'f', 1, 64),
			strings.TrimSpace(r.API + " " + r.Operation), strings.TrimSpace(r.Fault + " " + r.Refused),
		} {
			p.add("<td>", html.EscapeString(cell), "</td>")
		}
		p.add("</tr>")
	}
	p.add(`</tbody></table></section>`)
}

func (p *uiPage) collections(tx *bolt.Tx, open string) {
	p.add(`<section><h2>Resources</h2><ul>`)
	for _, c := range store.Collections(tx) {
		api, path, _ := strings.Cut(c.Name, "\x00")
		current := ""
		if c.Name == open {
			current = ` aria-current="true"`
		}
		p.add(`<li><a`, current, ` href="/_ui?collection=`, url.QueryEscape(c.Name), `">`,
			html.EscapeString(api+" "+strings.TrimPrefix(path, "=")), `</a> `, strconv.Itoa(c.Count(tx)), `</li>`)
	}
	p.add(`</ul></section>`)
}

// items shows the first resources of a collection, secrets redacted.
func (p *uiPage) items(tx *bolt.Tx, c store.Collection, redact func([]byte) ([]byte, error)) {
	p.add(`<section>`)
	n := 0
	c.Each(tx, func(item *store.Item) bool {
		var shown bytes.Buffer
		if text, err := redact(item.Text); err == nil {
			_ = json.Indent(&shown, text, "", "  ") // the redactor always writes valid JSON
		}
		p.add(`<details><summary>`, html.EscapeString(item.Id), `</summary><pre>`,
			html.EscapeString(shown.String()), `</pre></details>`)
		n++
		return n < shownItems
	})
	p.add(`</section>`)
}
