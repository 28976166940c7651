package render_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/output/render"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"data: {\"a\" : 1}\n\ndata: [DONE]\n\n", `{"data":{"a":1}}` + "\n" + `{"data":"[DONE]"}` + "\n"},
		{"\xef\xbb\xbfevent: end\r\nid: 7\r\ndata: x\r\ndata: y\r\n\r\n", `{"event":"end","id":"7","data":"x\ny"}` + "\n"},
		{"id:1\rdata:a\r\rdata:b\r\r", `{"id":"1","data":"a"}` + "\n" + `{"id":"1","data":"b"}` + "\n"},
		{": comment\nretry: 5\n\nevent: none\n\ndata\n\n", `{"data":""}` + "\n"},
		{"data: [1,\ndata: 2]\n\n", `{"data":[1,2]}` + "\n"},
		{"data:  two\xff\n\n", `{"data":" two` + "\ufffd" + `"}` + "\n"},
		{"data: 1\n\ndata: cut", `{"data":1}` + "\n" + `{"data":"cut"}` + "\n"},
		{"data: 1\n\nevent: x", `{"data":1}` + "\n"},
		{"", ""},
	} {
		for _, from := range []io.Reader{strings.NewReader(row.text), iotest.OneByteReader(strings.NewReader(row.text))} {
			got, err := io.ReadAll(render.Events(from, budget.Budget{}))
			if string(got) != row.want || err != nil {
				t.Errorf("%q: got %q, %v; want %q", row.text, got, err, row.want)
			}
		}
	}
	reset := errors.New("reset")
	got, err := io.ReadAll(render.Events(io.MultiReader(strings.NewReader("data: 1\n\ndata: 2"), iotest.ErrReader(reset)), budget.Budget{}))
	if err != reset || string(got) != "{\"data\":1}\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestEventsArriveAtOnce checks that each format that streams items shows an event
// before the next one arrives.
func TestEventsArriveAtOnce(t *testing.T) {
	t.Parallel()
	for _, format := range []render.Format{render.Pretty, render.Flat, render.NDJSON, render.Lines, render.YAML} {
		from, server := io.Pipe()
		screen, out := io.Pipe()
		go func() {
			out.CloseWithError(render.Write(out, render.Events(from, budget.Budget{}), render.Layout{Format: format, Sequence: true}))
		}()
		for _, text := range []string{"one", "two"} {
			_, _ = io.WriteString(server, "data: "+text+"\n\n")
			shown := ""
			for part := make([]byte, 100); !strings.Contains(shown, text); {
				n, err := screen.Read(part)
				if shown += string(part[:n]); err != nil {
					t.Fatal(format, err)
				}
			}
		}
		server.Close()
		if rest, err := io.ReadAll(screen); err != nil {
			t.Error(format, rest, err)
		}
	}
}
