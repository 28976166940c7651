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
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// unknownType is the media type of a file of unknown type.
const unknownType = "application/octet-stream"

const (
	multipartForm = "multipart/form-data"
	urlForm       = "application/x-www-form-urlencoded"
)

func isForm(mediaType string) bool {
	essence := httpx.Essence(mediaType)
	return essence == multipartForm || essence == urlForm
}

// form builds a form from the fields and from a JSON object, whose members become
// parts.
func form(content *openapi.Content, src *source, text []byte, in Input) (*Body, error) {
	multipart := strings.HasPrefix(strings.ToLower(content.MediaType), multipartForm)
	made, err := fill(content.Schema, src, text, in, multipart)
	if err != nil {
		return nil, adviseForm(err, src)
	}
	parts, isObject := made.Parts(content)
	if !isObject {
		return nil, failure.New(failure.Usage, "a form needs a JSON object as its body").
			Hintf("pass the parts with -f name=value and -f name=@file")
	}
	if err := fits(content.Schema, made, made.JSON(), in); err != nil {
		return nil, err
	}
	if !multipart {
		return encoded(content.MediaType, parts), nil
	}
	return assemble(parts, in)
}

func adviseForm(err error, src *source) error {
	if failed := failure.Of(err); src != nil && failed.Kind == failure.Usage {
		return failed.Hintf("pass the parts with -f name=value and -f name=@file; to send an encoded form, add -H 'Content-Type: multipart/form-data; boundary=…'")
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

// assemble writes a form (RFC 7578). Files are read when it is sent.
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

// fileType returns the media type of a file for an encoding: the type of its name if
// it is allowed or if the encoding does not specify another.
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
		return known // several types are equally valid
	}
	return first
}

// MediaTypeOf returns the media type for a file name.
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
	size int64 // -1: unknown, and the piece can be read only once
	open func() (io.ReadCloser, error)
}

func inMemory(text string) piecewise {
	return piecewise{int64(len(text)), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// measure opens a file to check that it is readable and to get its size.
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

// stream sets the body to the pieces, in memory if all of them are.
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
		_, _ = text.ReadFrom(&sequence{rest: pieces}) // reads from memory cannot fail
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

// sequence reads pieces one after the other and opens each when it is reached.
type sequence struct {
	rest []piecewise
	open io.ReadCloser
	left int64 // of the open piece, if its size is known
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

// next ends a piece. A file that grew or shrank would contradict the announced
// length.
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

// Part is one part of a form.
type Part struct {
	Name      string
	Text      string // its content if File is ""
	File      string // file name
	Field     string // the -f that names the file
	MediaType string // from the definition, "application/json" for an object; else ""
}

// Parts returns the members of the document as form parts: as their encoding
// specifies, else one part per array element, and objects as JSON. Null is omitted.
// ok is false if the document is not an object.
// https://spec.openapis.org/oas/v3.1.1#encoding-object
func (d *fieldDocument) Parts(content *openapi.Content) (parts []Part, ok bool) {
	if d.root.Kind != jsonx.ObjectNode {
		return nil, false
	}
	for _, m := range d.root.Members {
		encoding := content.EncodingOf(m.Name)
		if encoding != nil && encoding.Style != "" && m.Value.Kind != jsonx.Scalar && !d.holdsFile(m.Value) {
			parts = append(parts, styled(encoding, m.Name, m.Value)...)
			continue
		}
		items := []*jsonx.Node{m.Value}
		if m.Value.Kind == jsonx.Array {
			items = m.Value.Items
		}
		for _, item := range items {
			if !item.IsNull() {
				parts = append(parts, d.part(m.Name, item, encoding))
			}
		}
	}
	return parts, true
}

func (d *fieldDocument) part(name string, n *jsonx.Node, encoding *openapi.Encoding) Part {
	mediaType := ""
	if encoding != nil {
		mediaType = encoding.MediaType
	}
	if file, isFile := d.files[n]; isFile {
		if mediaType != "" {
			mediaType = fileType(file, mediaType)
		}
		return Part{Name: name, File: file, Field: name + "=@" + file, MediaType: mediaType}
	}
	part := Part{Name: name, Text: n.String()}
	switch {
	case mediaType != "" && !strings.ContainsAny(mediaType, "*,"):
		part.MediaType = mediaType
		if httpx.IsJSON(mediaType) {
			part.Text = string(n.Append(nil))
		}
	case n.Kind != jsonx.Scalar:
		part.MediaType = "application/json"
	}
	return part
}

// styled serializes an array or object like query parameters, with names and values
// not yet encoded.
func styled(encoding *openapi.Encoding, name string, n *jsonx.Node) []Part {
	separator := map[string]string{"spaceDelimited": " ", "pipeDelimited": "|"}[encoding.Style]
	if separator == "" {
		separator = ","
	}
	var parts []Part
	var texts []string
	for _, item := range n.Items {
		if !item.IsNull() {
			parts, texts = append(parts, Part{Name: name, Text: item.String()}), append(texts, item.String())
		}
	}
	for _, m := range n.Members {
		switch {
		case m.Value.IsNull():
		case encoding.Style == "deepObject" && m.Value.Kind != jsonx.Scalar:
			parts = append(parts, styled(encoding, name+"["+m.Name+"]", m.Value)...)
		case encoding.Style == "deepObject":
			parts = append(parts, Part{Name: name + "[" + m.Name + "]", Text: m.Value.String()})
		default:
			parts, texts = append(parts, Part{Name: m.Name, Text: m.Value.String()}), append(texts, m.Name, m.Value.String())
		}
	}
	if encoding.Explode || encoding.Style == "deepObject" || len(texts) == 0 {
		return parts
	}
	return []Part{{Name: name, Text: strings.Join(texts, separator)}}
}

func (d *fieldDocument) holdsFile(n *jsonx.Node) bool {
	_, isFile := d.files[n]
	return isFile || slices.ContainsFunc(n.Items, d.holdsFile)
}
