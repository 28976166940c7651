package cmd

import (
	"bytes"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/operation"
)

// medium is what a body is made of.
type medium int

const (
	foreign  medium = iota // no JSON: it is passed on byte for byte
	document               // one JSON value
	sequence               // JSON values in a row
	events                 // text/event-stream
)

// medium tells what the body is to be read as: what the response says, or JSON
// where it says something else while the definition promises nothing but JSON.
// So an HTML page that a proxy sent with status 200 is found out.
func (a *answer) medium(resp *http.Response, start []byte) medium {
	claimed, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case operation.IsJSON(claimed):
		return document
	case isLines(claimed):
		return sequence
	case claimed == "text/event-stream":
		return events
	}
	if resp.StatusCode >= http.StatusBadRequest {
		if claimed == "" && (start[0] == '{' || start[0] == '[') {
			return document
		}
		return foreign
	}
	if a.promisesOnlyJSON() {
		return document
	}
	return foreign
}

func (a *answer) promisesOnlyJSON() bool {
	success := a.op.Success()
	if success == nil || len(success.Contents) == 0 {
		return false
	}
	for _, content := range success.Contents {
		if !operation.IsJSON(content.MediaType) {
			return false
		}
	}
	return true
}

// isLines reports whether a media type is JSON a line: several values in a row.
func isLines(mediaType string) bool {
	switch mediaType {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return true
	}
	return false
}

// isBinary reports whether the beginning of a body is no text.
func isBinary(start []byte) bool {
	if bytes.IndexByte(start, 0) >= 0 {
		return true
	}
	for i := 0; i < utf8.UTFMax && len(start) > 0; i++ { // the last character may be cut off
		if utf8.Valid(start) {
			return false
		}
		start = start[:len(start)-1]
	}
	return len(start) > 0
}
