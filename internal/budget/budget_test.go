package budget

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/epilot-cli/epilot/internal/failure"
)

// endless is a reader that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestReadAll(t *testing.T) {
	t.Parallel()
	text := bytes.Repeat([]byte("0123456789"), 300_000)
	for name, from := range map[string]io.Reader{
		"whole": bytes.NewReader(text), "in halves": iotest.HalfReader(bytes.NewReader(text)), "with its end": iotest.DataErrReader(bytes.NewReader(text)),
	} {
		got, err := New(4<<20).Meter(failure.Network, "it").ReadAll(from)
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	got, err := New(4<<20).Meter(failure.Network, "it").ReadAll(io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(io.ErrClosedPipe)))
	if string(got) != "ab" || err != io.ErrClosedPipe {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := (Budget{}).Meter(failure.Network, "it").ReadAll(strings.NewReader("")); len(got) > 0 || err != nil {
		t.Errorf("nothing: %q, %v", got, err)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	for kind, status := range map[failure.Kind]int{failure.Network: 3, failure.Usage: 2, failure.Query: 6} {
		_, err := New(10<<20).Meter(kind, "the text").ReadAll(endless{})
		if failure.ExitStatus(err) != status || err == nil || err.Error() != "the text takes more memory than the limit of 10MB" || failure.Of(err).Hint == "" {
			t.Errorf("%s: %v", kind, err)
		}
	}
	m := New(1<<20).Meter(failure.Network, "it")
	for range 10 {
		if _, err := io.CopyN(io.Discard, m.Reader(endless{}), 1<<20); err != nil {
			t.Fatal(err)
		}
		m.Reset()
	}
	if _, err := io.Copy(io.Discard, m.Reader(endless{})); failure.ExitStatus(err) != 3 {
		t.Error(err)
	}
	if err := New(1<<20).Values(failure.Query, "it").Spend(3 << 20); err != nil {
		t.Errorf("values may take more than text: %v", err)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"256MB": 256e6, "1.5 gb": 15e8, "300000000": 3e8, "1000000B": 1e6} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x", "0", "-1GB", "999kB", "NaN", "Inf", "1e300", "12 parsecs"} {
		if got, err := Parse(text); err == nil || failure.Of(err).Kind != failure.Usage {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
}
