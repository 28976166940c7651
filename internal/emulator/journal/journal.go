// Package journal records the requests to a mock as NDJSON, one object per line.
// Secrets are redacted by the name of the header, parameter or field, by their
// format, and the caller's token by its value.
package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Journal writes to one file. It is safe for concurrent use.
type Journal struct {
	redact *transport.Redactor

	mu   sync.Mutex
	to   io.Writer
	lost error // the first write error
}

// Open opens a file for appending, and creates it, readable by its owner only, if
// it is missing. Errors are of kind File.
func Open(path string) (*Journal, io.Closer, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, failure.New(failure.File, "cannot record requests: %w", err).
			Hintf("use a file in an existing folder that you can write to")
	}
	return To(file), file, nil
}

// To returns a journal that writes to w.
func To(w io.Writer) *Journal { return &Journal{redact: transport.NewRedactor(), to: w} }

// line is a recorded request. At most one of the bodies is set.
type line struct {
	Time      string            `json:"time"` // RFC 3339, UTC
	Method    string            `json:"method"`
	Path      string            `json:"path"`            // percent-encoded
	Query     string            `json:"query,omitempty"` // percent-encoded, without "?"
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body,omitempty"`        // JSON as sent, without white space
	Text      string            `json:"body_text,omitempty"`   // any other text
	Base64    string            `json:"body_base64,omitempty"` // binary data
	Status    int               `json:"status"`
	Millis    float64           `json:"duration_ms"`
	API       string            `json:"api,omitempty"`
	Operation string            `json:"operation,omitempty"`
	Fault     string            `json:"fault,omitempty"`
}

// Add records a request with a single write. The first failed write returns an
// error of kind File; later ones return nil.
func (j *Journal) Add(x emulator.Exchange) error {
	text, err := jsonx.Encode(j.line(x))
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err = j.to.Write(append(text, '\n'))
	if err == nil || j.lost != nil {
		return nil
	}
	j.lost = failure.New(failure.File, "a request could not be recorded: %w", err).
		Hintf("later requests may be missing too; this is reported once")
	return j.lost
}

func (j *Journal) line(x emulator.Exchange) line {
	if _, token, ok := strings.Cut(x.Header.Get("Authorization"), " "); ok && len(token) >= 8 {
		j.redact.Add(token)
	}
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
	l.setBody(j.body(x.Header.Get("Content-Type"), x.Body))
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

// body returns a request body with secrets redacted. One that does not match its
// media type is treated as text.
func (j *Journal) body(contentType string, body []byte) []byte {
	var shown []byte
	var err error
	switch essence := httpx.Essence(contentType); {
	case essence == "application/x-www-form-urlencoded":
		return []byte(strings.TrimPrefix(j.redact.URL(&url.URL{RawQuery: string(body)}), "?"))
	case essence == "multipart/form-data":
		shown, err = j.form(contentType, body)
	default:
		shown, err = j.redact.JSON(body)
	}
	switch {
	case err == nil:
		return shown
	case utf8.Valid(body):
		return []byte(j.redact.Text(string(body)))
	}
	return body
}

// form redacts the parts with the name of a secret, and secrets in other text
// parts. It changes nothing else.
func (j *Journal) form(contentType string, body []byte) ([]byte, error) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	shown := body
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return shown, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		hidden := content
		switch {
		case convention.IsSecret(part.FormName()):
			hidden = []byte(transport.Hidden)
		case httpx.IsJSON(part.Header.Get("Content-Type")):
			hidden = j.body("application/json", content)
		case utf8.Valid(content):
			hidden = []byte(j.redact.Text(string(content)))
		}
		if len(content) > 0 && !bytes.Equal(hidden, content) {
			shown = bytes.ReplaceAll(shown, content, hidden)
		}
	}
}
