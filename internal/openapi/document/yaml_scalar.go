package document

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// scalar returns the JSON text of a scalar by the core schema of YAML 1.2,
// section 10.3.2. Timestamps and binary data stay the text that was typed.
func (c *converter) scalar(node *yaml.Node) ([]byte, error) {
	const styled = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	tag := node.ShortTag()
	switch {
	case node.Style&yaml.TaggedStyle != 0 && slices.Contains([]string{"!!null", "!!bool", "!!int", "!!float"}, tag):
		return c.tagged(node, tag)
	case node.Style&yaml.TaggedStyle != 0 && !c.lenient && !slices.Contains([]string{"!!str", "!!timestamp", "!!binary"}, tag):
		return nil, wrong(node, "the tag "+tag+" has no meaning in JSON")
	case node.Style&(yaml.TaggedStyle|styled) != 0:
		return c.text(node)
	}
	text, isText := plainScalar(node.Value)
	if isText {
		return c.text(node)
	}
	if text == "" {
		return c.noNumber(node)
	}
	return []byte(text), nil
}

func (c *converter) text(node *yaml.Node) ([]byte, error) {
	if !c.lenient && !utf8.ValidString(node.Value) {
		return nil, wrong(node, "expected UTF-8 text")
	}
	return jsonx.AppendQuote(nil, node.Value), nil
}

// tagged is a scalar whose type is said: !!int '5'.
func (c *converter) tagged(node *yaml.Node, tag string) ([]byte, error) {
	text, _ := plainScalar(node.Value)
	isNumber := text != "" && strings.IndexByte("-0123456789", text[0]) >= 0
	switch {
	case tag == "!!null":
		return []byte("null"), nil
	case tag == "!!bool" && (text == "true" || text == "false"), tag != "!!bool" && isNumber:
		return []byte(text), nil
	case tag == "!!bool" && !c.lenient:
		return nil, wrong(node, fmt.Sprintf("expected true or false, found %q", node.Value))
	}
	return c.noNumber(node)
}

func (c *converter) noNumber(node *yaml.Node) ([]byte, error) {
	if c.lenient {
		return c.text(node)
	}
	return nil, &nodeError{
		node:    node,
		message: fmt.Sprintf("%s is not a number that JSON can hold", node.Value),
		hint:    fmt.Sprintf(`write "%s" in quotes to send it as text`, node.Value),
	}
}

// plainScalar is the JSON text of a scalar without quotes. isText is true for a
// string; the text of an infinity or of NaN, which JSON cannot hold, is "".
func plainScalar(value string) (text string, isText bool) {
	switch value {
	case "", "~", "null", "Null", "NULL":
		return "null", false
	case "true", "True", "TRUE":
		return "true", false
	case "false", "False", "FALSE":
		return "false", false
	case ".nan", ".NaN", ".NAN":
		return "", false
	}
	unsigned := strings.TrimPrefix(strings.TrimPrefix(value, "-"), "+")
	if len(value)-len(unsigned) > 1 {
		return "", true
	}
	switch unsigned {
	case ".inf", ".Inf", ".INF":
		return "", false
	}
	if based, ok := based(value); ok {
		return based, false
	}
	if number, ok := decimal(unsigned); ok {
		if strings.HasPrefix(value, "-") {
			number = "-" + number
		}
		return number, false
	}
	return "", true
}

// based makes decimal text of 0x1F and 0o17.
func based(value string) (string, bool) {
	digits, isOctal := strings.CutPrefix(value, "0o")
	base := 8
	if !isOctal {
		var isHex bool
		if digits, isHex = strings.CutPrefix(value, "0x"); !isHex {
			return "", false
		}
		base = 16
	}
	if digits == "" || strings.ContainsAny(digits, "+-_") {
		return "", false
	}
	whole, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return "", false
	}
	return whole.String(), true
}

// decimal is a number without a sign as JSON writes it: [0-9]+, or a float with
// digits on one side of the point at least. Zeros that lead are left out.
func decimal(value string) (string, bool) {
	mantissa, exponent, hasExponent := value, "", false
	if at := strings.IndexAny(value, "eE"); at >= 0 {
		mantissa, exponent, hasExponent = value[:at], value[at:], true
		digits := strings.TrimLeft(exponent[1:], "+-")
		if len(exponent)-1-len(digits) > 1 || !isDigits(digits) {
			return "", false
		}
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" || whole != "" && !isDigits(whole) || fraction != "" && !isDigits(fraction) || whole == "" && !hasPoint {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if hasPoint && fraction == "" {
		fraction = "0"
	}
	if hasPoint {
		whole += "." + fraction
	}
	if hasExponent {
		whole += exponent
	}
	return whole, true
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
