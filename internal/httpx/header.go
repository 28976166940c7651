package httpx

import (
	"errors"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The reasons why ParseHeader rejects a line.
var (
	ErrNoColon     = errors.New("the header has no colon")
	ErrHeaderName  = errors.New("the header name may hold only letters, digits and !#$%&'*+-.^_`|~")
	ErrHeaderValue = errors.New("the header value holds a line break or another control character")
)

// ParseHeader splits "Name: value" as a person types it and trims the value.
// Name and value are returned also with ErrHeaderName and ErrHeaderValue. Errors
// never quote the value, because it may be a secret.
func ParseHeader(line string) (name, value string, err error) {
	name, value, found := strings.Cut(line, ":")
	value = strings.Trim(value, " \t")
	switch {
	case !found:
		return "", "", ErrNoColon
	case !IsToken(name):
		return name, value, ErrHeaderName
	case !IsFieldValue(value):
		return name, value, ErrHeaderValue
	}
	return name, value, nil
}

// IsToken reports whether a string is a token, such as a header name or an
// authentication scheme (RFC 9110, section 5.6.2).
func IsToken(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if digit := '0' <= c && c <= '9'; !letter && !digit && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return text != ""
}

// IsFieldValue reports whether a string can be sent as the value of a header:
// one line of UTF-8 without control characters except tab (RFC 9110, section
// 5.5).
func IsFieldValue(text string) bool {
	return utf8.ValidString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' })
}

// IsBearerToken reports whether a string can be sent after "Bearer": a
// b64token (RFC 6750, section 2.1).
func IsBearerToken(text string) bool {
	body := strings.TrimRight(text, "=")
	for i := range len(body) {
		c := body[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if digit := '0' <= c && c <= '9'; !letter && !digit && strings.IndexByte("-._~+/", c) < 0 {
			return false
		}
	}
	return body != ""
}

// Essence is a media type in lower case without its parameters.
func Essence(mediaType string) string {
	essence, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(essence))
}

// ParseMediaType reads a Content-Type header (RFC 9110, section 8.3.1). Where
// the parameters are malformed, it returns the essence without them.
func ParseMediaType(header string) (essence string, params map[string]string) {
	essence, params, err := mime.ParseMediaType(header)
	if err != nil {
		return Essence(header), nil
	}
	return essence, params
}

// IsJSON reports whether a media type names one JSON value: application/json,
// or a type with the suffix +json (RFC 6839, section 3.1).
func IsJSON(mediaType string) bool {
	essence := Essence(mediaType)
	return essence == "application/json" || essence == "text/json" || strings.HasSuffix(essence, "+json")
}

// IsNDJSON reports whether a media type names JSON values on lines of their
// own.
func IsNDJSON(mediaType string) bool {
	switch Essence(mediaType) {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl",
		"application/jsonlines", "application/x-jsonlines", "application/json-lines":
		return true
	}
	return false
}

// IsEventStream reports whether a media type names server-sent events.
func IsEventStream(mediaType string) bool { return Essence(mediaType) == "text/event-stream" }
