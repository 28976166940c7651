//go:build unix

package prompt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/term"
)

// TestNarrow draws long and wide texts on 40 columns: each row stays one line, and
// nothing is left on the screen.
func TestNarrow(t *testing.T) {
	t.Parallel()
	p := sit(t, 40, false)
	var options []Option
	for i := range 30 {
		long := fmt.Sprintf("option %02d %s", i, strings.Repeat("long 日本 ", 10))
		options = append(options, Option{Label: long, Note: "about " + long})
	}
	p.asked(t.Context(), "select", Question{Text: "Which of these is the one that you want", Options: options})
	p.Wait("option 09")
	p.Type(strings.Repeat(down, 12) + "29")
	p.Wait(": 29")
	for line := range strings.Lines(p.Text()) {
		if term.Width(strings.TrimSuffix(line, "\n")) > 39 {
			t.Errorf("too long: %q", line)
		}
	}
	if n := strings.Count(p.Text(), "\n"); n != 2 {
		t.Errorf("%d lines, want a question, an option and its note:\n%s", n+1, p.Text())
	}
	p.Type("\r")
	p.want("29")

	p.asked(t.Context(), "input", Question{Text: "A name", Help: strings.Repeat("help ", 20)})
	typed := strings.Repeat("日本語", 12)
	p.Ask("A name", typed+"!")
	p.Wait("語!")
	if rows := strings.Count(p.Text(), "日本語"); rows != 4 {
		t.Errorf("the text is shown %d times, want what fits a line:\n%s", rows, p.Text())
	}
	p.Type(home + "x\r")
	p.want("x" + typed + "!")
}

// TestResize narrows the terminal between two keys.
func TestResize(t *testing.T) {
	t.Parallel()
	p := sit(t, 100, false)
	label := strings.Repeat("x", 90)
	p.asked(t.Context(), "select", Question{Text: "Which", Options: []Option{{Label: "a" + label}, {Label: "b" + label}}})
	p.Wait("b" + label)
	p.Resize(50, 10)
	p.Type(down)
	p.Wait("> b" + label[:40])
	p.Wait("…")
	p.Type("\r")
	p.want("1")
}
