package render_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// repeated is an endless text. Each read fills the buffer: with short reads the test
// would spend most of its time reading.
type repeated struct {
	text string
	at   int
}

func repeat(text string) *repeated {
	return &repeated{text: strings.Repeat(text, 1+(64<<10)/len(text))}
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		copied := copy(p[n:], r.text[r.at:])
		r.at = (r.at + copied) % len(r.text)
		n += copied
	}
	return n, nil
}

// sized returns begin, then text repeated up to size, then end.
func sized(begin, text, end string, size int64) io.Reader {
	return io.MultiReader(strings.NewReader(begin), io.LimitReader(repeat(text), size/int64(len(text))*int64(len(text))), strings.NewReader(end))
}

// TestBounds checks that a format either streams a response of any size or exits
// with status 3.
func TestBounds(t *testing.T) {
	t.Parallel()
	const large = 3 << 20
	const item = `{"a":"0123456789012345678901234567890123456789"}`
	for _, row := range []struct {
		name    string
		body    func() io.Reader
		streams string // the formats that write the complete text
	}{
		{"many items", func() io.Reader { return sized("[", item+",", `{"a":2}]`, large) }, "pretty json yaml table csv tsv ndjson lines raw"},
		{"many values", func() io.Reader { return sized("", item+"\n", "", large) }, "pretty json yaml table csv tsv ndjson lines raw"},
		{"behind the list", func() io.Reader { return sized(`{"results":[1],"x":[`, `{"a":1},`, `1]}`, large) }, "pretty json yaml table csv tsv ndjson lines raw"},
		{"one long string", func() io.Reader { return sized(`["`, "0123456789abcdef", `"]`, large) }, "pretty json raw"},
		{"one long name", func() io.Reader { return sized(`[{"`, "0123456789abcdef", `":1}]`, large) }, "pretty json raw"},
		{"one long number", func() io.Reader { return sized(`[1`, "0123456789", `]`, large) }, "pretty json raw"},
		{"one long item", func() io.Reader { return sized(`[{"a":[`, `{"a":1},`, `1]}]`, large) }, "pretty json yaml raw"},
		{"before the list", func() io.Reader { return sized(`{"x":[`, `{"a":1},`, `1],"results":[1]}`, large) }, "pretty json yaml raw"},
		{"many columns", columns, "pretty json yaml ndjson lines raw"},
		{"deep", func() io.Reader { return sized("", "[", "", 1<<20) }, "raw"},
		{"deep objects", func() io.Reader { return sized("", `{"a":`, "", 1<<20) }, "raw"},
	} {
		for _, format := range render.Formats() {
			t.Run(row.name+"/"+format, func(t *testing.T) {
				t.Parallel()
				l := render.Layout{Format: render.Format(format), Sequence: row.name == "many values", Budget: budget.New(1 << 20)}
				err := render.Write(io.Discard, row.body(), l)
				if strings.Contains(" "+row.streams+" ", " "+format+" ") {
					if err != nil {
						t.Errorf("does not stream: %v", err)
					}
					return
				}
				if failure.ExitStatus(err) != 3 || failure.Of(err).Hint == "" {
					t.Errorf("%v", err)
				}
			})
		}
	}
}

func columns() io.Reader {
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "{\"c%d\":1,\"d%d\":2}\n", i, i)
	}
	return strings.NewReader("[" + strings.ReplaceAll(strings.TrimSpace(text.String()), "\n", ",") + "]")
}

func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a long line": "data: 0123456789abcdef", "many lines": "data: 0123456789abcdef\n", "a long field": "x", "empty data": "data:\n",
	} {
		_, err := io.Copy(io.Discard, render.Events(repeat(text), budget.New(1<<20)))
		if failure.ExitStatus(err) != 3 {
			t.Errorf("%s: %v", name, err)
		}
	}
	events := io.LimitReader(repeat("data: {\"a\":1}\n\n"), 3<<20)
	if _, err := io.Copy(io.Discard, render.Events(events, budget.New(1<<20))); err != nil {
		t.Errorf("short events: %v", err)
	}
}

// TestLateColumns checks that the CSV has a column that only a late item has.
func TestLateColumns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	var out strings.Builder
	const size = 34 << 20 // more than a spool keeps in memory
	item := `{"a":"` + strings.Repeat("0123456789", 100) + `"},`
	body := sized("[", item, `{"a":1,"late":2}]`, size)
	if err := render.Write(&out, body, render.Layout{Format: render.CSV}); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.HasPrefix(text, "a,late\n0123") || !strings.HasSuffix(text, "\n1,2\n") || strings.Count(text, "\n") != size/len(item)+2 {
		t.Errorf("%q … %q, %d lines", text[:60], text[len(text)-60:], strings.Count(text, "\n"))
	}
}
