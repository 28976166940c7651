package term

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "",
		"plain é 日本\n\t\r\n":      "plain é 日本\n\t\r\n",
		"\x1b[31mred\x1b[0m":      `\x1b[31mred\x1b[0m`,
		"\x00\a\b\v\f\x7f":        `\x00\x07\x08\x0b\x0c\x7f`,
		"over\rwrite":             `over\x0dwrite`,
		"\u009b2J\u0085":          `\u009b2J\u0085`,
		"a\u202eb\u2066c\u2069":   `a\u202eb\u2066c\u2069`,
		"\x9b\xff\xe2\x82":        `\x9b\xff\xe2\x82`,
		"\ufffd stays":            "\ufffd stays",
		"\x1b]0;title\a and more": `\x1b]0;title\x07 and more`,
	} {
		if got := Safe(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("a\x1b[2J\u009b\u202e\xff\r\n\r")
	f.Fuzz(func(t *testing.T, text string) {
		shown := Safe(text)
		if !utf8.ValidString(shown) {
			t.Fatalf("%q is shown as %q", text, shown)
		}
		for _, r := range strings.ReplaceAll(shown, "\r\n", "\n") {
			if Unsafe(r) && r != '\n' && r != '\t' {
				t.Fatalf("%q is shown as %q", text, shown)
			}
		}
		if Safe(shown) != shown {
			t.Fatalf("%q is shown differently the second time", text)
		}
	})
}
