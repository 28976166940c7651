package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// answer is a whole response: the emulator's answers are small.
type answer struct {
	status    int
	mediaType string // "" where there is no body
	body      []byte
	header    http.Header
}

func (a *answer) write(w http.ResponseWriter) {
	a.head(w)
	// An error here means that the client went away: nobody to tell.
	_, _ = w.Write(a.body)
}

// head writes the status and the headers.
func (a *answer) head(w http.ResponseWriter) {
	header := w.Header()
	for key, values := range a.header {
		header[key] = values
	}
	if a.mediaType != "" {
		header.Set("Content-Type", a.mediaType)
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
}

// jsonAnswer is an answer with the value as its body, text unescaped.
func jsonAnswer(status int, value any) (*answer, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	text := bytes.TrimSuffix(body.Bytes(), []byte("\n"))
	return &answer{status: status, mediaType: "application/json", body: text}, nil
}

// problem is an error that the client hears of, in the form of the API's own
// error bodies.
type problem struct {
	Status  int    `json:"status"`
	Message string `json:"error"`
	header  http.Header
}

func refuse(status int, format string, args ...any) *problem {
	return &problem{Status: status, Message: fmt.Sprintf(format, args...), header: http.Header{}}
}

func (p *problem) with(key, value string) *problem {
	p.header.Set(key, value)
	return p
}

func (p *problem) Error() string { return p.Message }

// refusal is the answer for an error: the client's own fault with its status,
// anything else (the state file, a definition) with 500.
func refusal(err error) *answer {
	var known *problem
	if !errors.As(err, &known) {
		known = refuse(http.StatusInternalServerError, "%s", err)
	}
	a, err := jsonAnswer(known.Status, known)
	if err != nil {
		return &answer{status: http.StatusInternalServerError}
	}
	a.header = known.header
	return a
}
