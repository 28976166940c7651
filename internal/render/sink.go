package render

import "io"

// WriteError is an error of the writer: a closed pipe, a full disk.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "cannot write the output: " + e.Err.Error() }

func (e *WriteError) Unwrap() error { return e.Err }

// sink gathers output. After the first error it takes nothing any more.
type sink struct {
	w   io.Writer
	buf []byte
	err error
}

func newSink(w io.Writer) sink {
	return sink{w: w, buf: make([]byte, 0, chunkSize)}
}

func (s *sink) add(p []byte) {
	if len(p) > cap(s.buf)-len(s.buf) {
		s.addLong(p)
		return
	}
	s.buf = append(s.buf, p...)
}

func (s *sink) addLong(p []byte) {
	_ = s.flush()
	if len(p) < cap(s.buf) {
		s.buf = append(s.buf, p...)
		return
	}
	s.write(p)
}

// flush writes what was gathered. It returns the first error of all writes.
func (s *sink) flush() error {
	s.write(s.buf)
	s.buf = s.buf[:0]
	return s.err
}

func (s *sink) write(p []byte) {
	if s.err != nil || len(p) == 0 {
		return
	}
	if _, err := s.w.Write(p); err != nil {
		s.err = &WriteError{err}
	}
}
