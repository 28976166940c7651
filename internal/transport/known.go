package transport

import (
	"net/url"
	"strings"
)

const minAnywhere = 8 // bytes; a shorter secret inside a longer word is chance

// forms are the spellings in which a secret may turn up.
func forms(secret string) []string {
	query := url.QueryEscape(secret)
	return []string{secret, query, strings.ReplaceAll(query, "+", "%20"), url.PathEscape(secret)}
}

// hideKnown masks the secrets known by value. It repeats until nothing changes:
// what was left and right of a masked one may form another. It ends, because
// each replacement takes away a character that the mask does not have, or
// makes the text shorter.
func (r *Redactor) hideKnown(text string) string {
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
		return strings.ReplaceAll(text, secret, mask)
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
		shown.WriteString(text[at:start] + mask)
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
