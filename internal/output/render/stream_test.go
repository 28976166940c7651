package render_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/output/render"
)

// lockstep reads a text in pieces, and checks before each one that the output of the
// earlier pieces has been written: nothing is delayed or buffered.
type lockstep struct {
	t        *testing.T
	pieces   []string
	explicit int
	written  *bytes.Buffer
}

// unwritten is how many bytes can be pending: those of a truncated character.
const unwritten = 3

func (l *lockstep) Read(p []byte) (int, error) {
	if l.written.Len() < l.explicit-unwritten {
		l.t.Errorf("%d of %d bytes are written before the next read", l.written.Len(), l.explicit)
	}
	if len(l.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.pieces[0])
	if l.pieces[0] = l.pieces[0][n:]; l.pieces[0] == "" {
		l.pieces = l.pieces[1:]
	}
	l.explicit += n
	return n, nil
}

func TestJSONWritesAsItReads(t *testing.T) {
	t.Parallel()
	for name, pieces := range map[string][]string{
		"events":      {`{"a":1}`, `{"a":2}`, `{"a":[`, `3,`, `4]}`},
		"cut tokens":  {`["ab`, `c","\`, `u00`, `e9",-`, `1.`, `5e`, `3,tr`, `ue]`},
		"long string": {`["`, strings.Repeat("é\xc3", 1<<20), `"]`},
		"not JSON":    {`{"a":1}`, strings.Repeat("<p>é", 1<<19)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			want := strings.Join(pieces, "")
			_ = render.JSON(&out, &lockstep{t: t, pieces: pieces, written: &out}, compact)
			if got := strings.ReplaceAll(out.String(), "\n", ""); got != want {
				t.Errorf("%d bytes came out of %d", len(got), len(want))
			}
		})
	}
}

// idle never returns any bytes.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestJSONLeavesAnIdleReader(t *testing.T) {
	t.Parallel()
	if err := render.JSON(io.Discard, idle{}, compact); err != io.ErrNoProgress {
		t.Errorf("error %v", err)
	}
}
