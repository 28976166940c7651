package term

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Safe returns the text with everything that could drive a terminal shown
// instead of sent: controls as \x1b, C1 controls and bidirectional overrides as
// \u202e, bytes that are not UTF-8 as \xff. Newline, tab and the carriage return
// of a CRLF stay. Text that holds none of these is returned as it is.
func Safe(s string) string {
	if unsafe(s) == len(s) {
		return s
	}
	var out strings.Builder
	for s != "" {
		at := unsafe(s)
		out.WriteString(s[:at])
		shown, size := show(s[at:])
		out.WriteString(shown)
		s = s[at+size:]
	}
	return out.String()
}

// Unsafe tells whether a terminal may act on the character instead of showing
// it: C0 and C1 controls, DEL, and the bidirectional embeddings, overrides and
// isolates (UAX #9, section 2).
func Unsafe(r rune) bool {
	switch {
	case r < ' ', 0x7f <= r && r <= 0x9f:
		return true
	case 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}

// unsafe is the index of the first character that must not be sent, or len(s).
func unsafe(s string) int {
	for at, r := range s {
		switch {
		case r == '\n', r == '\t', r == '\r' && strings.HasPrefix(s[at:], "\r\n"):
		case Unsafe(r), r == utf8.RuneError && broken(s[at:]):
			return at
		}
	}
	return len(s)
}

func broken(s string) bool {
	_, size := utf8.DecodeRuneInString(s)
	return size == 1
}

// show spells the first character of s, and says how many bytes it takes there.
func show(s string) (string, int) {
	switch r, size := utf8.DecodeRuneInString(s); size {
	case 0:
		return "", 0
	case 1:
		return fmt.Sprintf(`\x%02x`, s[0]), 1
	default:
		return fmt.Sprintf(`\u%04x`, r), size
	}
}
