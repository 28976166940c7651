package term

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// measure counts nothing for escape sequences, which paint without taking a cell.
var measure = displaywidth.Options{ControlSequences: true}

// Width is how many cells of a terminal the text takes: 2 for wide characters
// and emoji (UAX #11, UTS #51), 0 for what combines and for colours.
func Width(text string) int { return measure.String(text) }

// Cut shortens a text that is wider than that many cells; "…" ends it then.
func Cut(text string, cells int) string {
	if Width(text) <= cells {
		return text
	}
	if cells < 1 {
		return ""
	}
	return Head(text, cells-1) + "…"
}

// Head is as much of the beginning of the text as fits into the cells.
func Head(text string, cells int) string {
	at := 0
	for clusters := graphemes.FromString(text); clusters.Next(); {
		if cells -= Width(clusters.Value()); cells < 0 {
			break
		}
		at = clusters.End()
	}
	return text[:at]
}

// Tail is as much of the end of the text as fits into the cells.
func Tail(text string, cells int) string {
	left := Width(text)
	for clusters := graphemes.FromString(text); left > cells && clusters.Next(); {
		left -= Width(clusters.Value())
		if left <= cells {
			return text[clusters.End():]
		}
	}
	if left > cells {
		return ""
	}
	return text
}

// Line is Safe text on one line: a line break or tab becomes a space.
func Line(text string) string {
	if strings.ContainsAny(text, "\n\t") {
		text = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text)
	}
	return Safe(text)
}

// Squeeze is Line with runs of white space as one space, and none at the ends.
func Squeeze(text string) string {
	if isSqueezed(text) {
		return text // as nearly all texts are
	}
	return strings.Join(strings.Fields(Safe(text)), " ")
}

// isSqueezed reports whether the text is printable ASCII with single spaces.
func isSqueezed(text string) bool {
	last := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || text == ""
}

// Safe returns the text with everything that could drive a terminal shown
// instead of sent: controls as \x1b, other characters that are Unsafe as
// \u202e or \U000e0001, bytes that are not UTF-8 as \xff. Newline, tab and the
// carriage return of a CRLF stay.
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
// it, or whether it changes how the text beside it reads: C0 and C1 controls,
// DEL, line and paragraph separators, directional marks, embeddings, overrides
// and isolates (UAX #9, section 2), deprecated format characters, interlinear
// annotation, and tags.
func Unsafe(r rune) bool {
	switch {
	case r < ' ', 0x7f <= r && r <= 0x9f:
		return true
	case r < 0x61c:
		return false
	case r == 0x61c, r == 0x200e, r == 0x200f:
		return true
	case 0x2028 <= r && r <= 0x202e, 0x2066 <= r && r <= 0x206f:
		return true
	case 0xfff9 <= r && r <= 0xfffb, 0xe0000 <= r && r <= 0xe007f:
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
	case 4:
		return fmt.Sprintf(`\U%08x`, r), size
	default:
		return fmt.Sprintf(`\u%04x`, r), size
	}
}
