package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Hidden stands for a secret in all output.
const Hidden = "***"

// Redactor hides secrets: by the name of their header or query parameter, by their
// pattern (JWT, bearer credentials, userinfo of a URL), and by value. It is safe for
// concurrent use.
type Redactor struct {
	mutex   sync.RWMutex
	secrets []string // longest first
	looks   func() *looks
}

// looks are the patterns of secrets in text, compiled on first use.
type looks struct {
	userinfo, credentials, jwt, pair *regexp.Regexp
}

// NewRedactor returns a redactor that hides these values.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{looks: sync.OnceValue(newLooks)}
	for _, secret := range secrets {
		r.Add(secret)
	}
	return r
}

func newLooks() *looks {
	return &looks{
		userinfo:    regexp.MustCompile(`://[^\s"']*@`),
		credentials: regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[a-z0-9._~+/-]{16,}=*`),
		jwt:         regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){1,4}`),
		pair:        regexp.MustCompile(`[?&;][^=\s?&;#]+=[^\s&;#"']+`),
	}
}

// hide masks what looks like a secret. Most texts have none of the characters that
// every match of a pattern has, and searching for those is cheap.
func (l *looks) hide(text string) string {
	if strings.Contains(text, "://") {
		text = l.userinfo.ReplaceAllString(text, "://"+Hidden+"@")
	}
	if strings.ContainsAny(text, "\t\n\f\r ") {
		text = l.credentials.ReplaceAllString(text, "${1}${2}"+Hidden)
	}
	if strings.Contains(text, "eyJ") {
		text = l.jwt.ReplaceAllString(text, Hidden)
	}
	if !strings.Contains(text, "=") {
		return text
	}
	return l.pair.ReplaceAllStringFunc(text, func(pair string) string {
		name, _, _ := strings.Cut(pair, "=")
		if convention.IsSecret(unescape(name[1:])) {
			return name + "=" + Hidden
		}
		return pair
	})
}

// Add adds a secret value, which is hidden literally and percent-encoded. A value of
// less than 8 bytes is hidden only as a separate word. Surrounding white space is
// ignored.
func (r *Redactor) Add(secret string) {
	secret = strings.TrimSpace(secret)
	if strings.Contains(Hidden, secret) {
		return
	}
	if r.knows(secret) { // the token of all rows of a bulk run
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, form := range forms(secret) {
		if !slices.Contains(r.secrets, form) {
			r.secrets = append(r.secrets, form)
		}
	}
	slices.SortStableFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
}

func (r *Redactor) knows(secret string) bool {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	return slices.Contains(r.secrets, secret)
}

// Header returns a copy without secrets. The scheme of credentials (RFC 9110 section
// 11.4) is kept: "Bearer ***".
func (r *Redactor) Header(header http.Header) http.Header {
	shown := make(http.Header, len(header))
	for name, values := range header {
		for _, value := range values {
			shown[name] = append(shown[name], r.Value(name, value))
		}
	}
	return shown
}

// Value returns the value of a header or parameter of that name without
// secrets.
func (r *Redactor) Value(name, value string) string {
	if !convention.IsSecret(name) {
		return r.Text(value)
	}
	scheme, _, present := strings.Cut(value, " ")
	if present && slices.Contains([]string{"basic", "bearer", "digest", "negotiate"}, strings.ToLower(scheme)) {
		return r.hideSecrets(scheme + " " + Hidden)
	}
	return Hidden
}

// Text returns the text without known secret values and anything that looks like a
// secret.
func (r *Redactor) Text(text string) string {
	return r.hideSecrets(r.looks().hide(text))
}

// URL returns the URL in ASCII, without userinfo, fragment and secrets: query
// parameters by name and by value, the path by value.
func (r *Redactor) URL(u *url.URL) string {
	if u == nil {
		return ""
	}
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.RawQuery = r.query(u.RawQuery)
	if path := r.Text(u.Path); path != u.Path {
		shown.Path, shown.RawPath = path, ""
	}
	text := shown.String()
	if u.User != nil {
		text = strings.Replace(text, "//", "//"+Hidden+"@", 1)
	}
	text = strings.ReplaceAll(ascii(text), url.PathEscape(Hidden), Hidden)
	_, rest, _ := strings.Cut(text, "//")
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		end += len(text) - len(rest)
		return r.Text(text[:end]) + r.Text(text[end:]) // an @ after the host is not userinfo
	}
	return r.Text(text)
}

// query masks pair by pair and keeps the spelling of the others.
func (r *Redactor) query(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	for i, pair := range pairs {
		name, value, assigned := strings.Cut(pair, "=")
		key, content := unescape(name), unescape(value)
		switch {
		case r.Text(key) != key:
			pairs[i] = Hidden
		case assigned && r.Value(key, content) != content:
			pairs[i] = name + "=" + Hidden
		}
	}
	return strings.Join(pairs, "&")
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// ascii percent-encodes what a terminal could interpret.
func ascii(text string) string {
	var shown strings.Builder
	for i := range len(text) {
		if c := text[i]; c > ' ' && c < 0x7f {
			shown.WriteByte(c)
			continue
		}
		fmt.Fprintf(&shown, "%%%02X", text[i])
	}
	return shown.String()
}

const minAnywhere = 8 // bytes; a shorter match inside a longer word is chance

// forms returns the possible spellings of a secret.
func forms(secret string) []string {
	query := url.QueryEscape(secret)
	return []string{secret, query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(secret)}
}

// hideSecrets masks the known secret values. It repeats until nothing changes,
// because the text around a masked value may form another. It terminates: each
// replacement removes a character that the mask does not have, or shortens the text.
func (r *Redactor) hideSecrets(text string) string {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	for {
		before := text
		for _, secret := range r.secrets {
			text = hide(text, secret)
		}
		if text == before {
			return text
		}
	}
}

func hide(text, secret string) string {
	if len(secret) >= minAnywhere {
		return strings.ReplaceAll(text, secret, Hidden)
	}
	var shown strings.Builder
	for at := 0; ; {
		found := strings.Index(text[at:], secret)
		if found < 0 {
			return shown.String() + text[at:]
		}
		start, end := at+found, at+found+len(secret)
		if inWord(text, start, end) {
			shown.WriteString(text[at : start+1])
			at = start + 1
			continue
		}
		shown.WriteString(text[at:start] + Hidden)
		at = end
	}
}

// inWord reports whether a letter or digit touches text[start:end].
func inWord(text string, start, end int) bool {
	return start > 0 && alphanumeric(text[start-1]) || end < len(text) && alphanumeric(text[end])
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// JSON masks, in JSON text, the scalar values of members with a secret name, and
// secrets inside strings. Everything else is unchanged except for white space. It
// returns an error if the text is not JSON.
func (r *Redactor) JSON(body []byte) ([]byte, error) {
	options := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
	var shown bytes.Buffer
	dec := jsontext.NewDecoder(bytes.NewReader(body), options...)
	enc := jsontext.NewEncoder(&shown, append(options, jsontext.PreserveRawStrings(true))...)
	var names []string // path of member names to the next value
	for {
		depth := dec.StackDepth()
		for len(names) <= depth {
			names = append(names, "")
		}
		kind, count := dec.StackIndex(depth)
		isName := kind == '{' && count%2 == 0
		switch next := dec.PeekKind(); {
		case next == 0:
			_, err := dec.ReadToken()
			if errors.Is(err, io.EOF) {
				return bytes.TrimSuffix(shown.Bytes(), []byte("\n")), nil
			}
			return nil, err
		case next == '{' || next == '[' || next == '}' || next == ']':
			token, err := dec.ReadToken()
			if err != nil {
				return nil, err
			}
			if err := enc.WriteToken(token); err != nil {
				return nil, err
			}
			if next == '[' { // the elements belong to the member's name
				names = append(names[:depth+1], names[depth])
			} else if next == '{' {
				names = append(names[:depth+1], "")
			}
			continue
		}
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		text := ""
		if value.Kind() == '"' {
			text = jsonx.Unquote(value)
		}
		switch {
		case isName:
			names[depth] = text
		case convention.IsSecret(names[depth]) && value.Kind() != 'n' && value.Kind() != 't' && value.Kind() != 'f':
			value = jsontext.Value(`"` + Hidden + `"`)
		case value.Kind() == '"':
			if hidden := r.Text(text); hidden != text {
				value = jsonx.AppendQuote(nil, hidden)
			}
		}
		if err := enc.WriteValue(value); err != nil {
			return nil, err
		}
	}
}
