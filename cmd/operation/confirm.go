package operation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
)

// confirm shows the finished request and asks for confirmation if needed.
func (k *call) confirm(ctx context.Context, prepared *client.Call) error {
	careful := k.isDestructive()
	if k.flags.Yes || !k.f.Flags.Guided && !(careful && k.f.MayAsk()) {
		return nil
	}
	req, err := k.firstRequest(ctx, prepared)
	if err != nil {
		return err
	}
	if err := k.review(ctx, req, prepared); err != nil {
		return &render.WriteError{Err: err}
	}
	q := prompt.Question{Text: "Send it?", Yes: true}
	if careful {
		q = prompt.Question{Text: k.undone("Send it?", prepared)}
	}
	if k.op.DestroysMany {
		q.Text = k.op.ID + " destroys many objects or an account. Send it?"
	}
	return k.f.Confirm(ctx, q, "cancelled: nothing was sent")
}

// review shows the request and describes what happens next. It includes the headers
// after a guided call.
func (k *call) review(ctx context.Context, req *http.Request, prepared *client.Call) error {
	out := k.f.Streams.Err
	if err := k.preview(out, req, prepared, preview{tty: true, headers: k.f.Flags.Guided}); err != nil {
		return err
	}
	sentence := k.op.Line
	if object := objectOf(prepared); len(object) > 0 {
		sentence += ": " + strings.Join(object, " ")
		if note := k.noteOf(ctx, object[len(object)-1]); note != "" {
			sentence += " (" + note + ")"
		}
	}
	if sentence == "" {
		return nil
	}
	_, err := fmt.Fprintln(out, k.f.Out.ErrPalette().Bold(term.Line(sentence)))
	return err
}

// noteOf returns the name and date of the object that a destructive call is about to
// destroy, as the list of its collection has them, or "".
func (k *call) noteOf(ctx context.Context, id string) string {
	inPath := k.op.PathParams()
	if len(inPath) == 0 || !k.isDestructive() {
		return ""
	}
	defer k.f.Out.Wait("looking up the name of " + term.Line(id))()
	for _, c := range (ids{k.f, k.api, k.op}).of(ctx, inPath[len(inPath)-1], k.flags.Input.ParamInput(k.positional)) {
		if c.Text == id {
			return c.Note
		}
	}
	return ""
}

// objectOf returns the target of a call: the values in its path, decoded.
func objectOf(prepared *client.Call) []string {
	var values []string
	template := strings.Split(prepared.Operation.Path, "/")
	segments := strings.Split(prepared.Params.Path, "/")
	if len(template) != len(segments) {
		return nil
	}
	for i, segment := range template {
		if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
			if value, err := url.PathUnescape(segments[i]); err == nil {
				values = append(values, value)
			}
		}
	}
	return values
}

// checkDestroying rejects, before anything is asked or read, an operation that
// destroys many objects if it can neither be confirmed nor has --yes.
func (k *call) checkDestroying() error {
	if !k.op.DestroysMany || k.flags.Yes || k.client.Unsent || k.f.Asks() || k.flags.Each.File != "" {
		return nil
	}
	return failure.New(failure.Usage, "%s destroys many objects or an account, so it needs --yes", k.op.ID).
		Hintf("add --yes to send it, or --dry-run to see the request")
}

func (k *call) isDestructive() bool { return isDestructive(k.op) || k.op.DestroysMany }

// preview is the display form of a request: on a terminal the body is indented.
type preview struct{ tty, headers bool }

// preview writes a request: method and URL, the headers without secrets, and the
// body as sent.
func (k *call) preview(out io.Writer, req *http.Request, prepared *client.Call, as preview) error {
	var text strings.Builder
	redact := k.client.Redactor()
	fmt.Fprintf(&text, "%s %s\n", req.Method, redact.URL(req.URL))
	header := output.FlatHeader(redact.Header(output.RequestHeader(req)))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !as.headers {
			break
		}
		fmt.Fprintf(&text, "%s: %s\n", name, header[name])
	}
	sent, err := sentBody(prepared.Body, req)
	if err != nil {
		return err
	}
	if as.tty && json.Valid([]byte(sent)) {
		var indented bytes.Buffer
		_ = json.Indent(&indented, []byte(sent), "", "  ") // it is valid
		sent = indented.String()
	}
	if sent != "" {
		fmt.Fprintf(&text, "\n%s\n", strings.TrimSuffix(sent, "\n"))
	}
	shown := text.String()
	if as.tty {
		shown = term.Safe(shown)
	}
	_, err = io.WriteString(out, shown)
	return err
}

// isDestructive reports whether an operation deletes data for good: DELETE, or a
// write whose id or path says so.
func isDestructive(op *openapi.Operation) bool {
	switch op.Method {
	case http.MethodDelete:
		return true
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	final := []string{"delete", "remove", "revoke", "erase", "purge", "reset", "wipe", "cancel", "destroy"}
	return slices.ContainsFunc(splitName(op.ID+" "+op.Path), func(part string) bool { return slices.Contains(final, part) })
}

// undone adds to a question that the calls cannot be undone, if that is so: where the
// API can restore what was deleted, nothing is said of it.
func (k *call) undone(question string, calls ...*client.Call) string {
	if k.isRestorable() && !slices.ContainsFunc(calls, purges) {
		return question
	}
	return "This cannot be undone. " + question
}

// isRestorable reports whether the API restores what the operation deletes, unless
// the call says purge. "{id}:restore" alone does not mean that: a snapshot is restored
// too, but not after its deletion.
func (k *call) isRestorable() bool {
	isPurge := func(p *openapi.Param) bool { return p.In == "query" && p.Name == purge }
	restores := func(op *openapi.Operation) bool { return op.Path == k.op.Path+":restore" }
	return k.op.Method == http.MethodDelete && slices.ContainsFunc(k.op.Params, isPurge) && slices.ContainsFunc(k.api.Operations, restores)
}

const purge = "purge" // the parameter that deletes for good

func purges(prepared *client.Call) bool {
	query, err := url.ParseQuery(prepared.Params.Query)
	return err != nil || query.Has(purge) && query.Get(purge) != "false"
}

// splitName splits "bulkDelete_jobs/v1" into its parts, in lower case.
func splitName(name string) []string {
	var spaced strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) || !unicode.IsLetter(r) {
			spaced.WriteByte(' ')
		}
		if unicode.IsLetter(r) {
			spaced.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Fields(spaced.String())
}
