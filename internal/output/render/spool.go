package render

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
)

// spool keeps items until all are seen: in memory, and what is too much for it
// in a file that only the user can read and that is gone afterwards.
type spool struct {
	held [][]cell
	size int // bytes of what is held
	file *os.File
	to   *bufio.Writer
}

const (
	spoolSize = 32 << 20 // bytes that are held in memory
	cellSize  = 64       // bytes of a cell without its text
)

func (s *spool) add(item jsontext.Value, row []cell) error {
	if s.file == nil && s.size <= spoolSize {
		s.held = append(s.held, row)
		s.size += len(item) + cellSize*len(row)
		return nil
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "epilot-*.spool")
		if err != nil {
			return spoolError(err)
		}
		s.file, s.to = file, bufio.NewWriterSize(file, chunkSize)
		_ = os.Remove(file.Name()) // where an open file can lose its name; else close removes it
	}
	_, err := s.to.Write(binary.AppendUvarint(nil, uint64(len(item))))
	if err == nil {
		_, err = s.to.Write(item)
	}
	if err != nil {
		return spoolError(err)
	}
	return nil
}

// each visits the items in their order.
func (s *spool) each(visit func([]cell) error) error {
	for _, row := range s.held {
		if err := visit(row); err != nil {
			return err
		}
	}
	if s.file == nil {
		return nil
	}
	if err := s.to.Flush(); err != nil {
		return spoolError(err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return spoolError(err)
	}
	from := bufio.NewReaderSize(s.file, chunkSize)
	var item jsontext.Value
	for {
		size, err := binary.ReadUvarint(from)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return spoolError(err)
		}
		if uint64(cap(item)) < size {
			item = make(jsontext.Value, size)
		}
		item = item[:size]
		if _, err := io.ReadFull(from, item); err != nil {
			return spoolError(err)
		}
		if err := visit(flatten(item)); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

func spoolError(err error) error {
	return failure.New(failure.File, "the response cannot be kept in a temporary file: %w", err).
		Hintf("name the columns with --columns, which needs no file, or set TMPDIR")
}
