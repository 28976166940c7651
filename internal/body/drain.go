package body

import (
	"context"
	"io"
	"time"
)

// piece is what one Read returned.
type piece struct {
	bytes []byte
	err   error
}

// drain reads to the end, and gives up when the context ends. A Read that
// blocks cannot be called off: its goroutine stays until the process ends.
func drain(ctx context.Context, s *source) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pieces := make(chan piece)
	go pump(ctx, s.reader, pieces)
	timer := time.NewTimer(s.silence)
	defer timer.Stop()
	var text []byte
	for waiting := s.waiting; ; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
			if waiting != nil {
				waiting()
				waiting = nil
			}
		case p := <-pieces:
			text = append(text, p.bytes...)
			if p.err == io.EOF {
				return text, nil
			}
			if p.err != nil {
				return nil, p.err
			}
			timer.Reset(s.silence)
		}
	}
}

const pieceSize = 64 << 10

func pump(ctx context.Context, r io.Reader, pieces chan<- piece) {
	if closer, ok := r.(*lazy); ok {
		defer closer.close()
	}
	for {
		buffer := make([]byte, pieceSize)
		n, err := r.Read(buffer)
		select {
		case pieces <- piece{buffer[:n], err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// lazy opens a file at the first Read: to open a named pipe blocks until there
// is a writer.
type lazy struct {
	name string
	open func(name string) (io.ReadCloser, error)
	file io.ReadCloser
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.file == nil {
		file, err := l.open(l.name)
		if err != nil {
			return 0, err
		}
		l.file = file
	}
	return l.file.Read(p)
}

func (l *lazy) close() {
	if l.file != nil {
		_ = l.file.Close()
	}
}
