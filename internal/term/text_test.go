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

		"a\u200e\u200f\u061cb":       `a\u200e\u200f\u061cb`,
		"a\u2028b\u2029":             `a\u2028b\u2029`,
		"a\U000e0001\U000e0041":      `a\U000e0001\U000e0041`,
		"a\u206a\ufff9b":             `a\u206a\ufff9b`,
		"👩\u200d👧 and می\u200cخواهم": "👩\u200d👧 and می\u200cخواهم",
	} {
		if got := Safe(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func TestLineAndSqueeze(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"plain":            {"plain", "plain"},
		" a  b ":           {" a  b ", "a b"},
		"a\r\nb\n\tc\rd":   {`a b  c\x0dd`, `a b c\x0dd`},
		"\x1b[2J\u202eé\n": {`\x1b[2J\u202eé `, `\x1b[2J\u202eé`},
	} {
		if got := [2]string{Line(text), Squeeze(text)}; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "e\u0301": 1, "日本": 4, "ｱ": 1, "Ａ": 2, "한국": 4, "❤": 1, "❤\ufe0f": 2,
		"🙂": 2, "👩\u200d👩\u200d👧": 2, "👍🏽": 2, "🇩🇪": 2, "a\u200bb": 2, "…": 1, "\x1b[31mred\x1b[0m": 3,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q: %d cells, want %d", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text            string
		cells           int
		cut, head, tail string
	}{
		{"abcdef", 6, "abcdef", "abcdef", "abcdef"},
		{"abcdef", 3, "ab…", "abc", "def"},
		{"日本語", 5, "日本…", "日本", "本語"},
		{"日本語", 4, "日…", "日本", "本語"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…", "e\u0301e\u0301", "e\u0301e\u0301"},
		{"👩\u200d👧👩\u200d👧", 3, "👩\u200d👧…", "👩\u200d👧", "👩\u200d👧"},
		{"abc", 1, "…", "a", "c"},
		{"abc", 0, "", "", ""},
	} {
		if got := [3]string{Cut(row.text, row.cells), Head(row.text, row.cells), Tail(row.text, row.cells)}; got != [3]string{row.cut, row.head, row.tail} {
			t.Errorf("%q in %d cells: %q", row.text, row.cells, got)
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
