package render

import (
	"io"

	"github.com/epilot-cli/epilot/internal/term"
)

// Text copies a body that is not JSON, byte for byte; safe shows what could
// drive a terminal instead of sending it. An error of r is returned as it is,
// one of w as *WriteError.
func Text(w io.Writer, r io.Reader, safe bool) error {
	in := newSource(r)
	out := newSink(w)
	chunk, err := in.next()
	return copyText(&out, in, chunk, err, safe)
}

// copyText writes the chunk and all that follows it in the source; err is what
// came with the chunk.
func copyText(out *sink, in *source, chunk []byte, err error, safe bool) error {
	for {
		if safe {
			chunk = []byte(term.Safe(string(chunk)))
		}
		out.add(chunk)
		if failed := out.flush(); failed != nil {
			return failed
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		chunk, err = in.next()
	}
}
