package body

import (
	"fmt"
	"io"
	"mime"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/fields"
	"github.com/epilot-cli/epilot/internal/operation"
)

const (
	multipartForm = "multipart/form-data"
	urlForm       = "application/x-www-form-urlencoded"
)

func isForm(mediaType string) bool {
	essence, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	essence = strings.TrimSpace(essence)
	return essence == multipartForm || essence == urlForm
}

// form makes a form of the fields and of a JSON object, whose members are its
// parts.
func form(content *operation.Content, src *source, text []byte, in Input) (*Body, error) {
	multipart := strings.HasPrefix(strings.ToLower(content.MediaType), multipartForm)
	made, err := fill(content.Schema, src, text, in, multipart)
	if err != nil {
		return nil, adviseForm(err, src)
	}
	parts, isObject := made.Parts()
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

func encoded(mediaType string, parts []fields.Part) *Body {
	var pairs []string
	for _, part := range parts {
		pairs = append(pairs, url.QueryEscape(part.Name)+"="+url.QueryEscape(part.Text))
	}
	return &Body{MediaType: mediaType, Bytes: []byte(strings.Join(pairs, "&")), Parts: parts}
}

// assemble writes a form as RFC 7578 has it. Files are read when it is sent.
func assemble(parts []fields.Part, in Input) (*Body, error) {
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

func partHeader(part fields.Part) string {
	header := `Content-Disposition: form-data; name="` + disposition(part.Name) + `"`
	mediaType := part.MediaType
	if part.File != "" {
		header += `; filename="` + disposition(filepath.Base(part.File)) + `"`
		mediaType = MediaTypeOf(part.File)
	}
	if mediaType != "" {
		header += "\r\nContent-Type: " + mediaType
	}
	return header + "\r\n"
}

// MediaTypeOf is the media type that the name of a file stands for.
func MediaTypeOf(name string) string {
	if known := mime.TypeByExtension(filepath.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

// disposition escapes a name as browsers do:
// https://html.spec.whatwg.org/#multipart-form-data
func disposition(name string) string {
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(name)
}
