package document

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

const (
	maxDepth     = 1000     // levels of nesting
	maxExpansion = 10 << 20 // bytes that aliases may add to a document
	nodeCost     = 16       // bytes that a node counts for beside its text
)

// nodeError is what is wrong with a YAML node.
type nodeError struct {
	node    *yaml.Node
	message string
	hint    string
}

func (e *nodeError) Error() string { return e.message }

func wrong(node *yaml.Node, message string) error { return &nodeError{node: node, message: message} }

// converter writes nodes as JSON. What is reached through an alias counts
// against the expansion that is left, so that a few lines cannot become
// gigabytes.
type converter struct {
	out   []byte
	depth int
	left  int
	alias int // aliases that lead to the current node
}

func newConverter(size int) *converter {
	return &converter{left: maxExpansion, out: make([]byte, 0, size)}
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
		text, err := scalar(node)
		c.out = append(c.out, text...)
		return err
	}
	return wrong(node, "expected a value")
}

// spend bounds depth, also that of an anchor that contains itself, and size.
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
	if err := onlyTag(node, "!!seq"); err != nil {
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
	if err := onlyTag(node, "!!map"); err != nil {
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
		if c.out, err = jsontext.AppendQuote(c.out, m.name); err != nil {
			return wrong(m.value, "expected UTF-8 text in a name")
		}
		c.out = append(c.out, ':')
		if err := c.value(m.value); err != nil {
			return err
		}
	}
	c.out = append(c.out, '}')
	return nil
}

// onlyTag refuses the tags that JSON has no value for: !!set, !!omap, !own.
func onlyTag(node *yaml.Node, tag string) error {
	if got := node.ShortTag(); got != tag {
		return wrong(node, "the tag "+got+" has no meaning in JSON")
	}
	return nil
}

// name is the member name that a key stands for: JSON has only strings, so
// other scalars become the text that was typed.
func name(key *yaml.Node) (string, error) {
	key = resolve(key)
	if key.Kind != yaml.ScalarNode {
		return "", wrong(key, "expected a scalar as the name of a member")
	}
	switch key.ShortTag() {
	case "!!null":
		return "null", nil
	case "!!bool":
		return strings.ToLower(key.Value), nil
	}
	return key.Value, nil
}
