package acceptance

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// serve NAME [RULES] starts a loopback server, sets $NAME to its base URL, and
// records each request in the file NAME.requests. A line of the RULES file is
// "METHOD PATH STATUS [Header: value]… [@FILE | text]", with the query in the path
// if it matters; a request without a rule gets 200 and "{}". Several rules for one
// request are used in turn, and the last one is repeated. $OTHER in a rule is
// expanded. A rule with an ETag returns 304 for a request that already has it.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: serve NAME [RULES]")
	}
	s := &recorder{ts: ts, file: ts.MkAbs(args[0] + ".requests")}
	if len(args) == 2 {
		s.rules = parseRules(ts, args[1])
	}
	ts.Check(os.WriteFile(s.file, nil, 0o600))
	server := httptest.NewServer(s)
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL)
}

type rule struct {
	method, path string
	status       int
	header       http.Header
	body         []byte
	used         bool // and another one follows
}

func parseRules(ts *testscript.TestScript, name string) []rule {
	var rules []rule
	for line := range strings.Lines(ts.ReadFile(name)) {
		line = os.Expand(strings.TrimSpace(line), ts.Getenv)
		if line != "" {
			rules = append(rules, parseRule(ts, line))
		}
	}
	return rules
}

func parseRule(ts *testscript.TestScript, line string) rule {
	head := strings.SplitN(line, " ", 4)
	if len(head) < 3 {
		ts.Fatalf("rule %q: want METHOD PATH STATUS …", line)
	}
	code, err := strconv.Atoi(head[2])
	ts.Check(err)
	r := rule{method: head[0], path: head[1], status: code, header: http.Header{}}
	rest := strings.Join(head[3:], "")
	for strings.HasPrefix(rest, "[") {
		field, after, _ := strings.Cut(rest[1:], "]")
		name, value, _ := strings.Cut(field, ": ")
		r.header.Add(name, value)
		rest = strings.TrimSpace(after)
	}
	r.body = []byte(rest)
	if file, isFile := strings.CutPrefix(rest, "@"); isFile {
		r.body = []byte(ts.ReadFile(file))
	}
	return r
}

// recorder responds by rule and records its requests.
type recorder struct {
	ts    *testscript.TestScript
	rules []rule
	mu    sync.Mutex
	file  string
}

func (s *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = fmt.Appendf(body, "<<the body ended early: %v>>", err)
	}
	s.record(r, body)
	if rule := s.next(r); rule != nil {
		rule.answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, "{}")
}

// next returns the rule for a request, or nil.
func (s *recorder) next(r *http.Request) *rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found *rule
	for i := range s.rules {
		rule := &s.rules[i]
		if rule.method != r.Method || rule.path != r.URL.Path && rule.path != r.RequestURI {
			continue
		}
		if found != nil && found.method == rule.method && found.path == rule.path {
			found.used = true
			return found
		}
		if found == nil && !rule.used {
			found = rule
		}
	}
	return found
}

func (r rule) answer(w http.ResponseWriter, req *http.Request) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if tag := r.header.Get("ETag"); tag != "" && req.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if r.header.Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(r.status)
	w.Write(r.body)
	if r.header.Get("Content-Length") != "" || r.header.Get("X-Cut") != "" {
		cut(w)
	}
}

// cut closes the connection immediately.
func cut(w http.ResponseWriter) {
	controller := http.NewResponseController(w)
	_ = controller.Flush()
	if conn, _, err := controller.Hijack(); err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		conn.Close()
	}
}

// record writes a request as text: the request line, the headers in order, an empty
// line and the body. It omits headers that only net/http determines.
func (s *recorder) record(r *http.Request, body []byte) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s %s\n", r.Method, r.RequestURI)
	var names []string
	for name := range r.Header {
		if name != "Accept-Encoding" && name != "Content-Length" && name != "Accept" && name != "User-Agent" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(r.Header[name], " | "))
	}
	if len(body) > 0 {
		fmt.Fprintf(&text, "\n%s\n", body)
	}
	text.WriteString("---\n")
	s.append(text.Bytes())
}

func (s *recorder) append(text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(filepath.Clean(s.file), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return // the script has ended and its folder is gone
	}
	defer f.Close()
	_, _ = f.Write(text)
}
