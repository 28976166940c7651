package body

import (
	"io"

	"github.com/epilot-cli/epilot/internal/failure"
)

// sequence reads pieces one behind the other, and opens each when its turn
// comes.
type sequence struct {
	rest []piecewise
	open io.ReadCloser
	left int64 // of the open piece, where its size is known
}

func (s *sequence) Read(p []byte) (int, error) {
	for {
		if s.open == nil {
			if len(s.rest) == 0 {
				return 0, io.EOF
			}
			var err error
			if s.open, err = s.rest[0].open(); err != nil {
				return 0, failure.New(failure.File, "a file of the form can no longer be read: %w", err)
			}
			s.left = s.rest[0].size
		}
		n, err := s.open.Read(p)
		s.left -= int64(n)
		if err == io.EOF {
			err = s.next()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next ends a piece. A file that grew or shrank would break the length that
// was announced.
func (s *sequence) next() error {
	known := s.rest[0].size >= 0
	_ = s.open.Close()
	s.open, s.rest = nil, s.rest[1:]
	if known && s.left != 0 {
		return failure.New(failure.File, "a file of the form changed while it was sent")
	}
	return nil
}

func (s *sequence) Close() error {
	if s.open != nil {
		return s.open.Close()
	}
	return nil
}
