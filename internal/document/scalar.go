package document

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// scalar returns the JSON text of a scalar by the core schema of YAML 1.2,
// chapter 10.3. Timestamps and binary data stay the text that was typed.
func scalar(node *yaml.Node) ([]byte, error) {
	switch tag := node.ShortTag(); tag {
	case "!!null":
		return []byte("null"), nil
	case "!!bool":
		return boolean(node)
	case "!!int", "!!float":
		return number(node)
	case "!!str", "!!timestamp", "!!binary", "!!merge":
		quoted, err := jsontext.AppendQuote(nil, node.Value)
		if err != nil {
			return nil, wrong(node, "expected UTF-8 text")
		}
		return quoted, nil
	default:
		return nil, wrong(node, "the tag "+tag+" has no meaning in JSON")
	}
}

func boolean(node *yaml.Node) ([]byte, error) {
	text := strings.ToLower(node.Value)
	if text != "true" && text != "false" {
		return nil, wrong(node, fmt.Sprintf("expected true or false, found %q", node.Value))
	}
	return []byte(text), nil
}

// number keeps the text of what is a number in JSON too.
func number(node *yaml.Node) ([]byte, error) {
	if isNumber(node.Value) {
		return []byte(node.Value), nil
	}
	plain := strings.TrimPrefix(strings.ReplaceAll(node.Value, "_", ""), "+")
	if whole, ok := based(plain); ok {
		return []byte(whole), nil
	}
	if plain = completed(plain); isNumber(plain) {
		return []byte(plain), nil
	}
	return nil, &nodeError{
		node:    node,
		message: fmt.Sprintf("%s is not a number that JSON can hold", node.Value),
		hint:    fmt.Sprintf(`write "%s" in quotes to send it as text`, node.Value),
	}
}

func isNumber(text string) bool {
	value := jsontext.Value(text)
	return len(text) > 0 && value.Kind() == '0' && strings.Trim(text, space) == text && value.IsValid()
}

// based makes decimal text of a hexadecimal, octal or binary integer. A number
// that begins with a bare 0 is none: YAML 1.1 and 1.2 disagree about it.
func based(text string) (string, bool) {
	digits := strings.TrimPrefix(text, "-")
	if len(digits) < 3 || digits[0] != '0' || strings.IndexByte("xXoObB", digits[1]) < 0 {
		return "", false
	}
	whole, ok := new(big.Int).SetString(text, 0)
	if !ok {
		return "", false
	}
	return whole.String(), true
}

// completed adds the digits that JSON wants on both sides of the point.
func completed(text string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	whole, fraction, point := strings.Cut(text, ".")
	if !point {
		return sign + text
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" || strings.IndexByte("eE", fraction[0]) >= 0 {
		fraction = "0" + fraction
	}
	return sign + whole + "." + fraction
}
