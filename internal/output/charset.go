package output

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/epilot-cli/epilot/internal/failure"
)

// charset is the character encoding of a body; nil for UTF-8.
type charset struct {
	encoding.Encoding
	name string
}

// charsetOf detects the charset from the start of a body: a byte order mark, or the
// zero bytes of an object or array in UTF-16 (RFC 4627, section 3). Otherwise it
// uses the charset parameter of the media type. If the body may be binary, only the
// parameter counts.
func charsetOf(parameter string, start []byte, isText bool) (*charset, error) {
	switch {
	case !isText:
		return charsetNamed(parameter)
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		return nil, nil
	case bytes.HasPrefix(start, []byte("\xff\xfe")):
		return &charset{unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), "UTF-16"}, nil
	case bytes.HasPrefix(start, []byte("\xfe\xff")):
		return &charset{unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), "UTF-16"}, nil
	case len(start) > 1 && start[0] == 0 && (start[1] == '{' || start[1] == '['):
		return &charset{unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"}, nil
	case len(start) > 1 && start[1] == 0 && (start[0] == '{' || start[0] == '['):
		return &charset{unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"}, nil
	}
	return charsetNamed(parameter)
}

func charsetNamed(name string) (*charset, error) {
	name = strings.ToLower(strings.Trim(name, " \t\"'"))
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil, nil
	}
	found, err := htmlindex.Get(name)
	if err != nil {
		return nil, failure.New(failure.Network, "the response has the unknown charset %q", name).
			Hintf("-o raw prints it unchanged")
	}
	return &charset{found, name}, nil
}

// decoded returns the text in UTF-8. Undecodable bytes become U+FFFD and are counted
// in lost.
func (c *charset) decoded(r io.Reader, lost *loss) io.Reader {
	if c == nil {
		return &checked{from: r, lost: lost}
	}
	lost.charset = c.name
	return &checked{from: transform.NewReader(r, c.NewDecoder()), lost: lost, replaced: true}
}

// loss records the parts of a text that could not be decoded.
type loss struct {
	charset string
	found   bool
	at      int64 // bytes of UTF-8 before the first loss
}

func (l *loss) error() error {
	if l == nil || !l.found {
		return nil
	}
	name := "UTF-8"
	if l.charset != "" {
		name = l.charset
	}
	return failure.New(failure.Network, "the response is not valid %s: byte %d", name, l.at+1).
		Hintf("-o raw prints it unchanged")
}

// checked passes text through and notes invalid UTF-8.
type checked struct {
	from     io.Reader
	lost     *loss
	replaced bool   // a decoder has already inserted U+FFFD
	held     []byte // the start of a character that the last read cut off
	passed   int64
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if !c.lost.found {
		c.check(p[:n], err != nil && !errors.Is(err, io.ErrNoProgress))
	}
	return n, err
}

func (c *checked) check(text []byte, ends bool) {
	if c.replaced {
		if at := bytes.Index(text, []byte("\ufffd")); at >= 0 {
			c.lost.found, c.lost.at = true, c.passed+int64(at)
		}
		c.passed += int64(len(text))
		return
	}
	before := c.passed - int64(len(c.held))
	c.passed += int64(len(text))
	if len(c.held) == 0 && utf8.Valid(text) {
		return
	}
	all := append(c.held, text...)
	c.held = nil
	for at := 0; at < len(all); {
		r, size := utf8.DecodeRune(all[at:])
		if r == utf8.RuneError && size == 1 {
			if !ends && !utf8.FullRune(all[at:]) {
				c.held = bytes.Clone(all[at:])
				return
			}
			c.lost.found, c.lost.at = true, before+int64(at)
			return
		}
		at += size
	}
}

// contentCoding undoes a Content-Encoding that the transport left in place. It
// returns nil if it does not know the coding.
func contentCoding(header string, body io.Reader) (io.Reader, error) {
	codings := strings.FieldsFunc(strings.ToLower(header), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	for i := len(codings) - 1; i >= 0; i-- {
		switch codings[i] {
		case "identity", "none", "binary", "utf-8", "utf8": // sent by servers that do not compress
		case "gzip", "x-gzip":
			body = &lazy{from: body, open: openGzip}
		case "deflate":
			body = &lazy{from: body, open: openDeflate}
		default:
			return nil, fmt.Errorf("the response has the unsupported encoding %q", codings[i])
		}
	}
	return body, nil
}

// lazy opens a decoder on the first read because an empty body has no header.
type lazy struct {
	from   io.Reader
	open   func(io.Reader) (io.Reader, error)
	opened io.Reader
	err    error
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.opened == nil && l.err == nil {
		l.opened, l.err = l.open(l.from)
	}
	if l.err != nil {
		return 0, codingError(l.err)
	}
	n, err := l.opened.Read(p)
	return n, codingError(err)
}

// codingError gives an encoding error its kind. Network errors are recorded, and
// found, in the source first.
func codingError(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return failure.New(failure.Network, "the encoding of the response is broken: %w", err)
}

func openGzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

// openDeflate reads zlib (RFC 1950), the correct meaning of "deflate", or raw
// deflate (RFC 1951), which some servers send.
func openDeflate(r io.Reader) (io.Reader, error) {
	from := bufio.NewReader(r)
	head, err := from.Peek(2)
	if err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(from)
	}
	return flate.NewReader(from), nil
}
