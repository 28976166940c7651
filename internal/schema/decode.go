package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode returns the value of a JSON text as map[string]any, []any, string,
// json.Number, bool or nil. Member names that appear twice, text that is not
// UTF-8 and anything behind the value are errors.
func Decode(text []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	value, err := decodeValue(dec)
	if err != nil {
		return nil, fmt.Errorf("invalid JSON: %w", err)
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return nil, fmt.Errorf("invalid JSON: text after the value at byte %d", dec.InputOffset())
	}
	return value, nil
}

func decodeValue(dec *jsontext.Decoder) (any, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return decodeObject(dec)
	case '[':
		return decodeArray(dec)
	case '"':
		return token.String(), nil
	case '0':
		return json.Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func decodeObject(dec *jsontext.Decoder) (any, error) {
	object := map[string]any{}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if object[name], err = decodeValue(dec); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return object, err
}

func decodeArray(dec *jsontext.Decoder) (any, error) {
	array := []any{}
	for dec.PeekKind() != ']' {
		element, err := decodeValue(dec)
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	_, err := dec.ReadToken()
	return array, err
}

// quoteJSON is the JSON text of a string; what is not UTF-8 in it is replaced.
func quoteJSON(text string) string {
	quoted, _ := jsontext.AppendQuote(nil, text)
	return string(quoted)
}
