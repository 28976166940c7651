package document

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// converter writes nodes as JSON. Nodes reached through an alias count against the
// expansion limit, so that a few lines cannot expand to gigabytes.
type converter struct {
	out     []byte
	depth   int
	left    int
	alias   int // number of aliases on the path to the current node
	lenient bool
}

func newConverter(size int, lenient bool) *converter {
	return &converter{left: maxExpansion, out: make([]byte, 0, size), lenient: lenient}
}

func (c *converter) value(node *yaml.Node) error {
	if err := c.spend(node); err != nil {
		return err
	}
	c.depth++
	defer func() { c.depth-- }()
	switch node.Kind {
	case yaml.AliasNode:
		c.alias++
		defer func() { c.alias-- }()
		return c.value(node.Alias)
	case yaml.MappingNode:
		return c.object(node)
	case yaml.SequenceNode:
		return c.array(node)
	case yaml.ScalarNode:
		text, err := c.scalar(node)
		c.out = append(c.out, text...)
		return err
	}
	return wrong(node, "expected a value")
}

// spend limits size and depth, including anchors that contain themselves.
func (c *converter) spend(node *yaml.Node) error {
	if c.depth >= maxDepth {
		return wrong(node, "the value is nested deeper than "+strconv.Itoa(maxDepth)+" levels")
	}
	if c.alias > 0 {
		c.left -= len(node.Value) + nodeCost
	}
	if c.left < 0 {
		return wrong(node, "the aliases of this document expand too far")
	}
	return nil
}

func (c *converter) array(node *yaml.Node) error {
	if err := c.onlyTag(node, "!!seq"); err != nil {
		return err
	}
	c.out = append(c.out, '[')
	for i, element := range node.Content {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		if err := c.value(element); err != nil {
			return err
		}
	}
	c.out = append(c.out, ']')
	return nil
}

func (c *converter) object(node *yaml.Node) error {
	if err := c.onlyTag(node, "!!map"); err != nil {
		return err
	}
	members, err := c.members(node)
	if err != nil {
		return err
	}
	c.out = append(c.out, '{')
	for i, m := range members {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = append(jsonx.AppendQuote(c.out, m.name), ':')
		if err := c.value(m.value); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

// onlyTag rejects tags without a JSON equivalent: !!set, !!omap, !own.
func (c *converter) onlyTag(node *yaml.Node, tag string) error {
	if got := node.ShortTag(); got != tag && !c.lenient {
		return wrong(node, "the tag "+got+" has no meaning in JSON")
	}
	return nil
}

// name returns the member name for a key: JSON names are strings, so other scalars
// become the typed text.
func (c *converter) name(key *yaml.Node) (string, error) {
	key = resolve(key)
	if key.Kind != yaml.ScalarNode {
		return "", wrong(key, "expected a scalar as the name of a member")
	}
	if !c.lenient && !utf8.ValidString(key.Value) {
		return "", wrong(key, "expected UTF-8 text in a name")
	}
	if text, isText := plainScalar(key.Value); key.Style == 0 && !isText && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz") == "" {
		return text, nil // null, true and false, in any spelling
	}
	return key.Value, nil
}

// member is a name and value of a mapping, with merge keys resolved.
type member struct {
	name  string
	value *yaml.Node
}

// members lists a mapping in order. A merge key (https://yaml.org/type/merge.html)
// adds, in its position, the names that the mapping itself does not define.
func (c *converter) members(node *yaml.Node) ([]member, error) {
	own, err := c.ownNames(node)
	if err != nil {
		return nil, err
	}
	var list []member
	last := map[string]int{} // lenient parsing only: name → index in Content
	for i := 0; c.lenient && i+1 < len(node.Content); i += 2 {
		if text, err := c.name(node.Content[i]); err == nil {
			last[text] = i
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if isMerge(key) {
			merged, err := c.merge(value, own)
			if err != nil {
				return nil, err
			}
			list = append(list, merged...)
			continue
		}
		text, err := c.name(key)
		if err != nil {
			return nil, err
		}
		if c.lenient && last[text] != i {
			continue
		}
		list = append(list, member{text, value})
	}
	return list, nil
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge"
}

func (c *converter) ownNames(node *yaml.Node) (map[string]bool, error) {
	own := make(map[string]bool, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if isMerge(key) {
			continue
		}
		text, err := c.name(key)
		if err != nil {
			return nil, err
		}
		if own[text] && !c.lenient {
			return nil, wrong(key, fmt.Sprintf("the member %q appears twice in one mapping", text))
		}
		own[text] = true
	}
	return own, nil
}

// merge returns the members of a mapping, or of a sequence of mappings, that are not
// yet in taken, and adds them to it.
func (c *converter) merge(node *yaml.Node, taken map[string]bool) ([]member, error) {
	c.depth++
	c.alias++
	defer func() { c.depth--; c.alias-- }()
	if err := c.spend(node); err != nil {
		return nil, err
	}
	switch target := resolve(node); target.Kind {
	case yaml.MappingNode:
		return c.mergeMapping(target, taken)
	case yaml.SequenceNode:
		return c.mergeAll(target.Content, taken)
	}
	return nil, wrong(node, "expected a mapping, or a list of mappings, to merge")
}

func (c *converter) mergeAll(nodes []*yaml.Node, taken map[string]bool) ([]member, error) {
	var list []member
	for _, node := range nodes {
		merged, err := c.merge(node, taken)
		if err != nil {
			return nil, err
		}
		list = append(list, merged...)
	}
	return list, nil
}

func (c *converter) mergeMapping(node *yaml.Node, taken map[string]bool) ([]member, error) {
	members, err := c.members(node)
	if err != nil {
		return nil, err
	}
	var list []member
	for _, m := range members {
		c.left -= len(m.name) + nodeCost
		if !taken[m.name] {
			taken[m.name] = true
			list = append(list, m)
		}
	}
	return list, nil
}

// scalar returns a scalar as JSON by the core schema of YAML 1.2, section 10.3.2.
// Timestamps and binary data keep the typed text.
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

// tagged returns a scalar with an explicit type: !!int '5'.
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

// plainScalar returns an unquoted scalar as JSON. isText is true for a string; the
// result is "" for infinity and NaN, which JSON cannot represent.
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

// based converts 0x1F and 0o17 to decimal.
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

// decimal returns an unsigned number in JSON notation: [0-9]+, or a float with
// digits on at least one side of the point. Leading zeros are dropped.
func decimal(value string) (string, bool) {
	mantissa, exponent, hasExponent := value, "", false
	if at := strings.IndexAny(value, "eE"); at >= 0 {
		mantissa, exponent, hasExponent = value[:at], value[at:], true
		digits := strings.TrimLeft(exponent[1:], "+-")
		if len(exponent)-1-len(digits) > 1 || !jsonx.IsDigits(digits) {
			return "", false
		}
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" || whole != "" && !jsonx.IsDigits(whole) || fraction != "" && !jsonx.IsDigits(fraction) || whole == "" && !hasPoint {
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
