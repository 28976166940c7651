package cmd

import (
	"bufio"
	"io"
)

const firstLook = 4 << 10 // bytes

// source is a response body that remembers why it ended early.
type source struct {
	reader  io.Reader
	beneath *source // what the reader reads, where that is a source too
	buffer  *bufio.Reader
	err     error
}

// peek returns what the first read brought, io.EOF where there is nothing.
func (s *source) peek() ([]byte, error) {
	s.buffer = bufio.NewReaderSize(s.reader, firstLook)
	if _, err := s.buffer.Peek(1); err != nil {
		return nil, err
	}
	return s.buffer.Peek(s.buffer.Buffered())
}

func (s *source) Read(p []byte) (int, error) {
	from := s.reader
	if s.buffer != nil {
		from = s.buffer
	}
	n, err := from.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// failure is why the body ended early, or nil.
func (s *source) failure() error {
	if s.beneath != nil {
		return s.beneath.failure()
	}
	return s.err
}
