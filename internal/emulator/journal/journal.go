// Package journal writes down the requests that a local epilot has had, as
// NDJSON: one object a line. Credentials are hidden by the name of their header
// or query parameter and by their look; bodies are kept as they came, because
// they are what the person who records wants to see.
package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Journal writes to one file. It is safe for use by several goroutines.
type Journal struct {
	redact *transport.Redactor

	mu   sync.Mutex
	to   io.Writer
	lost error // the first that could not be written
}

// Open opens a file for lines that are added to what it has; it is made, for
// its owner alone, where it is missing. Errors are of kind File.
func Open(path string) (*Journal, io.Closer, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, failure.New(failure.File, "cannot record requests: %w", err).
			Hintf("give --record a file in a folder that exists, and that you may write to")
	}
	return To(file), file, nil
}

// To returns a journal that writes there.
func To(w io.Writer) *Journal { return &Journal{redact: transport.NewRedactor(), to: w} }

// line is a request as it is written down. Exactly one of the bodies is there
// where there was one.
type line struct {
	Time      string            `json:"time"` // RFC 3339, UTC
	Method    string            `json:"method"`
	Path      string            `json:"path"`            // percent-encoded
	Query     string            `json:"query,omitempty"` // percent-encoded, without "?"
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body,omitempty"`        // JSON as it came, without white space
	Text      string            `json:"body_text,omitempty"`   // any other text
	Base64    string            `json:"body_base64,omitempty"` // what is no text
	Status    int               `json:"status"`
	Millis    float64           `json:"duration_ms"`
	API       string            `json:"api,omitempty"`
	Operation string            `json:"operation,omitempty"`
	Fault     string            `json:"fault,omitempty"`
}

// Add writes a request down, with one write for its line. The first line that
// cannot be written is an error of kind File; it is not told again.
func (j *Journal) Add(x emulator.Exchange) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(j.line(x)); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err := j.to.Write(text.Bytes())
	if err == nil || j.lost != nil {
		return nil
	}
	j.lost = failure.New(failure.File, "a request could not be recorded: %w", err).
		Hintf("what follows may not be recorded either; this is said once")
	return j.lost
}

func (j *Journal) line(x emulator.Exchange) line {
	l := line{
		Time: x.Began.UTC().Format("2006-01-02T15:04:05.000Z"), Method: x.Method,
		Path: j.redact.Text(x.Path), Headers: j.headers(x.Header),
		Status: x.Status, Millis: float64(x.Duration) / float64(time.Millisecond),
		API: x.API, Operation: x.Operation, Fault: x.Fault,
	}
	if x.Query != "" {
		shown := j.redact.URL(&url.URL{RawQuery: x.Query})
		l.Query = strings.TrimPrefix(shown, "?")
	}
	l.setBody(x.Body)
	return l
}

func (j *Journal) headers(header http.Header) map[string]string {
	shown := make(map[string]string, len(header))
	for name, values := range j.redact.Header(header) {
		shown[name] = strings.Join(values, ", ")
	}
	return shown
}

func (l *line) setBody(body []byte) {
	var compact bytes.Buffer
	switch {
	case len(body) == 0:
	case utf8.Valid(body) && json.Compact(&compact, body) == nil:
		l.Body = compact.Bytes()
	case utf8.Valid(body):
		l.Text = string(body)
	default:
		l.Base64 = base64.StdEncoding.EncodeToString(body)
	}
}
