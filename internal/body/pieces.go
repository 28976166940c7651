package body

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/epilot-cli/epilot/internal/fields"
)

// piecewise is one piece of a form.
type piecewise struct {
	size int64 // -1: not known, and there to be read once
	open func() (io.ReadCloser, error)
}

func inMemory(text string) piecewise {
	return piecewise{int64(len(text)), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// measure opens a file to see that it can be read, and how long it is.
func measure(part fields.Part, open func(string) (io.ReadCloser, error)) (piecewise, error) {
	piece := piecewise{-1, func() (io.ReadCloser, error) { return open(part.File) }}
	if part.File == "-" {
		return piece, nil
	}
	file, err := open(part.File)
	if err != nil {
		return piece, fields.Unreadable(part.Word, err)
	}
	defer file.Close()
	info, err := stat(file)
	switch {
	case err != nil:
		return piece, fields.Unreadable(part.Word, err)
	case info.IsDir():
		return piece, fields.Unreadable(part.Word, errors.New("is a directory"))
	case info.Mode().IsRegular():
		piece.size = info.Size()
	}
	return piece, nil
}

func stat(file io.Reader) (fs.FileInfo, error) {
	if known, ok := file.(interface{ Stat() (fs.FileInfo, error) }); ok {
		return known.Stat()
	}
	return nil, errors.ErrUnsupported
}

// stream makes the body of the pieces: from memory where all of them are.
func (b *Body) stream(pieces []piecewise) {
	b.Open = func() (io.ReadCloser, error) { return &sequence{rest: pieces}, nil }
	for _, piece := range pieces {
		if piece.size < 0 {
			b.Size, b.Once = -1, true
			return
		}
		b.Size += piece.size
	}
	if !hasFile(b.Parts) {
		var text bytes.Buffer
		_, _ = text.ReadFrom(&sequence{rest: pieces}) // memory alone cannot fail
		b.Bytes, b.Open = text.Bytes(), nil
	}
}

func hasFile(parts []fields.Part) bool {
	for _, part := range parts {
		if part.File != "" {
			return true
		}
	}
	return false
}
