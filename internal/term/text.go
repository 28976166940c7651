package term

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// measure ignores escape sequences, which take no cells.
var measure = displaywidth.Options{ControlSequences: true}

// Width returns the width of the text in terminal cells: 2 for wide characters and
// emoji (UAX #11, UTS #51), 0 for combining characters and colours.
func Width(text string) int { return measure.String(text) }

// Cut shortens a text wider than cells and ends it with "…".
func Cut(text string, cells int) string {
	if Width(text) <= cells {
		return text
	}
	if cells < 1 {
		return ""
	}
	return Head(text, cells-1) + "…"
}

// Head returns the longest prefix of the text that fits into cells.
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

// Tail returns the longest suffix of the text that fits into cells.
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

// Wrap breaks text between words into lines of at most cells cells. A longer word
// gets its own line.
func Wrap(text string, cells int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		wide := Width(word)
		switch {
		case line == "":
			line, used = word, wide
		case used+1+wide > cells:
			lines = append(lines, line)
			line, used = word, wide
		default:
			line, used = line+" "+word, used+1+wide
		}
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// Line is like Safe, but on one line: a line break or tab becomes a space.
func Line(text string) string {
	if strings.ContainsAny(text, "\n\t") {
		text = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text)
	}
	return Safe(text)
}

// Squeeze is like Line, but collapses runs of white space and trims the ends.
func Squeeze(text string) string {
	if isSqueezed(text) {
		return text // the common case
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

// Safe escapes everything in the text that could control a terminal: control
// characters as \x1b, other Unsafe characters as \u202e or \U000e0001, invalid UTF-8
// as \xff. Newlines, tabs and the carriage return of a CRLF are kept.
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

// Unsafe reports whether a terminal may interpret the character instead of showing
// it, or whether it changes how adjacent text reads: C0 and C1 controls, DEL, line
// and paragraph separators, directional marks, embeddings, overrides and isolates
// (UAX #9, section 2), deprecated format characters, interlinear annotation, and
// tags.
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

// unsafe returns the index of the first character to escape, or len(s).
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

// show escapes the first character of s and returns its length in bytes.
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
