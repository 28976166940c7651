package operation

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// jsValue is a JSON text as JavaScript in epilot's style: bare names, single
// quotes, two spaces for each level. Text that is no JSON becomes a string.
func jsValue(text []byte, indent string) string {
	value, err := jsNext(jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)), indent)
	if err != nil {
		return jsString(string(text))
	}
	return value
}

func jsNext(dec *jsontext.Decoder, indent string) (string, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return "", err
	}
	switch token.Kind() {
	case '"':
		return jsString(token.String()), nil
	case '{', '[':
		return jsContainer(dec, token.Kind() == '{', indent)
	}
	return token.String(), nil
}

const inlineWidth = 60 // characters of an array that stays on its line

func jsContainer(dec *jsontext.Decoder, isObject bool, indent string) (string, error) {
	var members []string
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		name := ""
		if isObject {
			token, err := dec.ReadToken()
			if err != nil {
				return "", err
			}
			name = jsKey(token.String()) + ": "
		}
		value, err := jsNext(dec, indent+"  ")
		if err != nil {
			return "", err
		}
		members = append(members, name+value)
	}
	_, err := dec.ReadToken()
	open, end := "{", "}"
	if !isObject {
		open, end = "[", "]"
	}
	line := strings.Join(members, ", ")
	switch {
	case len(members) == 0 || !isObject && len(line) <= inlineWidth && !strings.Contains(line, "\n"):
		return open + line + end, err
	}
	inner := "\n" + indent + "  "
	return open + inner + strings.Join(members, ","+inner) + "\n" + indent + end, err
}

// jsObject is an object of members, "" where there is none.
func jsObject(members []string, last string) string {
	if len(members) == 0 {
		return ""
	}
	return "{\n  " + strings.Join(members, ",\n  ") + last + "\n}"
}

// jsString is a string literal.
func jsString(text string) string {
	quoted, _ := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\ufffd"))
	bare := strings.ReplaceAll(string(quoted[1:len(quoted)-1]), `\"`, `"`)
	return "'" + strings.ReplaceAll(bare, "'", `\'`) + "'"
}

// jsKey is the name of a member, quoted where it is no identifier.
func jsKey(name string) string {
	if isIdentifier(name) {
		return name
	}
	return jsString(name)
}

// jsMember reaches the member of an object.
func jsMember(name string) string {
	if isIdentifier(name) {
		return "." + name
	}
	return "[" + jsString(name) + "]"
}

func isIdentifier(name string) bool {
	for i, r := range name {
		letter := r == '_' || r == '$' || 'a' <= r|0x20 && r|0x20 <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// camel is the SDK's name of an API: accessToken for access-token.
func camel(name string) string {
	parts := strings.Split(name, "-")
	for i, word := range parts[1:] {
		if word != "" {
			parts[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(parts, "")
}
