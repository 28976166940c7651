package body

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// unknownType is what a file is of which nothing is known.
const unknownType = "application/octet-stream"

const (
	multipartForm = "multipart/form-data"
	urlForm       = "application/x-www-form-urlencoded"
)

func isForm(mediaType string) bool {
	essence := httpx.Essence(mediaType)
	return essence == multipartForm || essence == urlForm
}

// form makes a form of the fields and of a JSON object, whose members are its
// parts.
func form(content *openapi.Content, src *source, text []byte, in Input) (*Body, error) {
	multipart := strings.HasPrefix(strings.ToLower(content.MediaType), multipartForm)
	made, err := fill(content.Schema, src, text, in, multipart)
	if err != nil {
		return nil, adviseForm(err, src)
	}
	parts, isObject := made.Parts(content)
	if !isObject {
		return nil, failure.New(failure.Usage, "a form is made of an object, and the body is none").
			Hintf("give the parts with -f name=value and -f name=@file")
	}
	if err := fits(content.Schema, made, in); err != nil {
		return nil, err
	}
	if !multipart {
		return encoded(content.MediaType, parts), nil
	}
	return assemble(parts, in)
}

func adviseForm(err error, src *source) error {
	if failed := failure.Of(err); src != nil && failed.Kind == failure.Usage {
		return failed.Hintf("give the parts with -f name=value and -f name=@file; a form that is one already goes with -H 'Content-Type: multipart/form-data; boundary=…'")
	}
	return err
}

func encoded(mediaType string, parts []Part) *Body {
	var pairs []string
	for _, part := range parts {
		pairs = append(pairs, url.QueryEscape(part.Name)+"="+url.QueryEscape(part.Text))
	}
	return &Body{MediaType: mediaType, Bytes: []byte(strings.Join(pairs, "&")), Parts: parts}
}

// assemble writes a form as RFC 7578 has it. Files are read when it is sent.
func assemble(parts []Part, in Input) (*Body, error) {
	random := make([]byte, 24)
	if _, err := io.ReadFull(in.Random, random); err != nil {
		return nil, failure.New(failure.File, "no random boundary for the form: %w", err)
	}
	boundary := fmt.Sprintf("%x", random)
	body := &Body{MediaType: multipartForm + "; boundary=" + boundary, Parts: parts}
	var pieces []piecewise
	for _, part := range parts {
		pieces = append(pieces, inMemory("--"+boundary+"\r\n"+partHeader(part)+"\r\n"+part.Text))
		if part.File != "" {
			file, err := measure(part, in.open)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, file)
		}
		pieces = append(pieces, inMemory("\r\n"))
	}
	pieces = append(pieces, inMemory("--"+boundary+"--\r\n"))
	body.stream(pieces)
	return body, nil
}

func partHeader(part Part) string {
	header := `Content-Disposition: form-data; name="` + disposition(part.Name) + `"`
	mediaType := part.MediaType
	if part.File != "" {
		header += `; filename="` + disposition(filepath.Base(part.File)) + `"`
		if mediaType == "" {
			mediaType = MediaTypeOf(part.File)
		}
	}
	if mediaType != "" {
		header += "\r\nContent-Type: " + mediaType
	}
	return header + "\r\n"
}

// fileType is the type of a file for an encoding that allows these: that of its
// name where it is among them, or where no other is meant.
func fileType(file, mediaTypes string) string {
	known, first := MediaTypeOf(file), ""
	for allowed := range strings.SplitSeq(mediaTypes, ",") {
		allowed = strings.TrimSpace(allowed)
		kind, isRange := strings.CutSuffix(allowed, "*")
		switch {
		case httpx.Essence(allowed) == httpx.Essence(known), isRange && strings.HasPrefix(known, strings.TrimPrefix(kind, "*/")):
			return known
		case first == "" && !isRange:
			first = allowed
		}
	}
	if first == "" || strings.Contains(mediaTypes, ",") {
		return known // none of several is meant more than another
	}
	return first
}

// MediaTypeOf is the media type that the name of a file stands for.
func MediaTypeOf(name string) string {
	if known := mime.TypeByExtension(filepath.Ext(name)); known != "" {
		return known
	}
	return unknownType
}

// disposition escapes a name as browsers do:
// https://html.spec.whatwg.org/#multipart-form-data
func disposition(name string) string {
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)
}

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
func measure(part Part, open func(string) (io.ReadCloser, error)) (piecewise, error) {
	piece := piecewise{-1, func() (io.ReadCloser, error) { return open(part.File) }}
	if part.File == "-" {
		return piece, nil
	}
	file, err := open(part.File)
	if err != nil {
		return piece, unreadable(part.Field, err)
	}
	defer file.Close()
	info, err := stat(file)
	switch {
	case err != nil:
		return piece, unreadable(part.Field, err)
	case info.IsDir():
		return piece, unreadable(part.Field, errors.New("is a directory"))
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

func hasFile(parts []Part) bool {
	for _, part := range parts {
		if part.File != "" {
			return true
		}
	}
	return false
}

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
