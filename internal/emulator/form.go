package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// multipartForm is the object that a form stands for: a member for each name,
// an array where the schema has one. A part with a file name, or with a type of
// its own that is not JSON, is its text; what a file holds is not checked.
func multipartForm(s *operation.Schema, contentType string, raw []byte) (any, error) {
	_, words, err := mime.ParseMediaType(contentType)
	if err != nil || words["boundary"] == "" {
		return nil, errors.New("multipart/form-data needs a boundary in its content type")
	}
	members := map[string][]any{}
	parts := multipart.NewReader(bytes.NewReader(raw), words["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return formObject(s, members), nil
		}
		if err != nil {
			return nil, fmt.Errorf("the form cannot be read: %w", err)
		}
		if part.FormName() == "" {
			return nil, errors.New("a part of the form has no name")
		}
		value, err := partValue(elementOf(s, part.FormName()), part)
		if err != nil {
			return nil, fmt.Errorf("part %q: %w", part.FormName(), err)
		}
		members[part.FormName()] = append(members[part.FormName()], value)
	}
}

func partValue(s *operation.Schema, part *multipart.Part) (any, error) {
	text, err := io.ReadAll(part)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it ends early: %w", err)
	case part.FileName() != "":
		return string(text), nil
	case operation.IsJSON(part.Header.Get("Content-Type")):
		return schema.Decode(text)
	}
	return schema.ReadWord(s, string(text)), nil
}

// urlencodedForm is the object that the pairs stand for.
func urlencodedForm(s *operation.Schema, text string) (any, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, fmt.Errorf("the form cannot be read: %w", err)
	}
	members := map[string][]any{}
	for name, words := range values {
		for _, word := range words {
			members[name] = append(members[name], schema.ReadWord(elementOf(s, name), word))
		}
	}
	return formObject(s, members), nil
}

// formObject has the only value of each name, or all where the schema has an
// array or several came.
func formObject(s *operation.Schema, members map[string][]any) map[string]any {
	object := map[string]any{}
	for name, values := range members {
		_, isList := values[0].([]any)
		if len(values) == 1 && (isList || !mayBe(memberOf(s, name), "array")) {
			object[name] = values[0]
		} else {
			object[name] = values
		}
	}
	return object
}

// elementOf is the schema that one value of the name has to fit.
func elementOf(s *operation.Schema, name string) *operation.Schema {
	member := memberOf(s, name)
	if items := itemsOf(member); items != nil {
		return items
	}
	return member
}
