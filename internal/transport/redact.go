package transport

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const mask = "***"

// Redactor hides secrets: by the name of the header or query parameter that
// holds them, by their look (JWT, bearer credentials, userinfo of a URL), and
// by value. It is safe for concurrent use.
type Redactor struct {
	mutex   sync.RWMutex
	secrets []string // longest first
	shapes  func() []shape
}

// shape is a pattern of text that looks secret, and what stands there instead.
type shape struct {
	find *regexp.Regexp
	put  string
}

// NewRedactor returns a redactor that knows these secrets by value.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{shapes: sync.OnceValue(newShapes)}
	for _, secret := range secrets {
		r.Add(secret)
	}
	return r
}

func newShapes() []shape {
	return []shape{
		{regexp.MustCompile(`://[^\s"']*@`), "://" + mask + "@"},
		{regexp.MustCompile(`(?i)\b(bearer|basic)(\s+)[a-z0-9._~+/-]{16,}=*`), "${1}${2}" + mask},
		{regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){1,4}`), mask},
		{
			regexp.MustCompile(`(?i)([?&;][^=\s?&;#]*(?:` + strings.Join(secretWords(), "|") + `)[^=\s?&;#]*=)[^\s&;#"']+`),
			"${1}" + mask,
		},
	}
}

// Add makes the redactor know one more secret by value, as it is and
// percent-encoded. One of less than 8 bytes is only hidden where it stands
// alone, not inside a longer word. Surrounding white space does not count.
func (r *Redactor) Add(secret string) {
	secret = strings.TrimSpace(secret)
	if strings.Contains(mask, secret) {
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

// Header returns a copy without secrets. The scheme of credentials (RFC 9110
// section 11.4) stays: "Bearer ***".
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
	if !isSecret(name) {
		return r.Text(value)
	}
	scheme, _, given := strings.Cut(value, " ")
	if given && slices.Contains([]string{"basic", "bearer", "digest", "negotiate"}, strings.ToLower(scheme)) {
		return r.hideKnown(scheme + " " + mask)
	}
	return mask
}

// Text returns the text without secrets: those known by value, and what looks
// like one.
func (r *Redactor) Text(text string) string {
	for _, secret := range r.shapes() {
		text = secret.find.ReplaceAllString(text, secret.put)
	}
	return r.hideKnown(text)
}

// isSecret reports whether what has this name is to be hidden.
func isSecret(name string) bool {
	name = strings.ToLower(name)
	return name == "sig" || slices.ContainsFunc(secretWords(), func(word string) bool {
		return strings.Contains(name, word)
	})
}

func secretWords() []string {
	return []string{"authorization", "cookie", "key", "token", "secret", "password", "signature", "credential"}
}
