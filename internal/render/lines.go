package render

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/term"
)

// writeLines writes an item a line. A text with a line break keeps its quotes.
func writeLines(w io.Writer, r io.Reader, l Layout) error {
	l.Style.Indent = ""
	s := newScanner(w, l.Style)
	err := eachItem(r, l.Sequence, s.flush, func(item jsontext.Value) error {
		if text, bare := bareText(item); bare && l.Format == Lines {
			s.add([]byte(shown(text, l.Style) + "\n"))
			return s.err
		}
		s.feed(item)
		s.feed([]byte("\n"))
		return s.err
	})
	if failed := s.flush(); failed != nil {
		return failed
	}
	return err
}

func bareText(item jsontext.Value) (string, bool) {
	if !bytes.HasPrefix(item, []byte{'"'}) {
		return "", false
	}
	text := unquote(item)
	return text, !strings.ContainsAny(text, "\n\r")
}

// shown is text that the style lets onto a screen.
func shown(text string, style Style) string {
	if style.Escape {
		return term.Safe(text)
	}
	return text
}
