package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/term"
)

const (
	longestExcerpt = 64 << 10 // bytes: a longer error body is not epilot's own
	longestReason  = 200      // characters
)

// excerpt keeps the beginning of an error body.
type excerpt struct{ text []byte }

func (e *excerpt) Write(p []byte) (int, error) {
	if room := longestExcerpt - len(e.text); room > 0 {
		e.text = append(e.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// reason sums up epilot's own error bodies, {"status","error"}, {"message"} and
// {"errors":[…]}, in one line. It is "" for any other.
func (e *excerpt) reason() string {
	var body map[string]any
	if json.Unmarshal(e.text, &body) != nil {
		return ""
	}
	reason := []rune(strings.Join(strings.Fields(reasonOf(body)), " "))
	if len(reason) > longestReason {
		reason = append(reason[:longestReason-1], '…')
	}
	return string(reason)
}

func reasonOf(body map[string]any) string {
	var parts []string
	for _, name := range []string{"error", "message", "detail"} {
		switch value := body[name].(type) {
		case string:
			parts = append(parts, value)
		case map[string]any:
			parts = append(parts, reasonOf(value))
		}
	}
	return joinReasons(parts, body["errors"])
}

func joinReasons(parts []string, list any) string {
	errors, _ := list.([]any)
	for i, one := range errors {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("and %d more", len(errors)-i))
			break
		}
		switch one := one.(type) {
		case string:
			parts = append(parts, one)
		case map[string]any:
			parts = append(parts, reasonOf(one))
		}
	}
	return strings.Join(parts, "; ")
}

// watched is the body with a meter where it goes into a file.
func (a *answer) watched(resp *http.Response) io.Reader {
	if !a.toFile() {
		return resp.Body
	}
	had, total := a.file.draft.Size(), resp.ContentLength
	if total >= 0 {
		total += had
	}
	return metered{resp.Body, a.options.meter(had, total)}
}

// tellLeftOut names the columns that did not fit.
func (a *answer) tellLeftOut() {
	streams := a.options.app.Streams
	if len(a.leftOut) == 0 || !streams.ErrTTY || a.options.json {
		return
	}
	names := a.leftOut
	if len(names) > 8 {
		names = append(names[:8:8], fmt.Sprintf("and %d more", len(a.leftOut)-8))
	}
	note := "not shown: " + strings.Join(names, ", ") + " (--columns chooses)"
	fmt.Fprintln(streams.Err, a.dim(term.Safe(note)))
}
