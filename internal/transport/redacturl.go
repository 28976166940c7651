package transport

import (
	"fmt"
	"net/url"
	"strings"
)

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
		text = strings.Replace(text, "//", "//"+mask+"@", 1)
	}
	text = strings.ReplaceAll(ascii(text), url.PathEscape(mask), mask)
	return r.Text(text)
}

// query masks pair by pair and leaves the others as they are spelled.
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
			pairs[i] = mask
		case assigned && r.Value(key, content) != content:
			pairs[i] = name + "=" + mask
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

// ascii percent-encodes what a terminal could take for more than a character.
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
