package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

const (
	nearby  = 400     // characters in front of an error that are searched for its cause
	maxWork = 4 << 20 // bytes of YAML that may be parsed again in that search
)

func parseYAML(name string, text []byte, lenient bool) (*Document, error) {
	d := &Document{Name: name, text: text, lenient: lenient}
	node, f := readYAML(asVersion11(text))
	if f != nil {
		return nil, d.fail(f)
	}
	d.root = node
	c := newConverter(len(text), lenient)
	if err := c.value(node); err != nil {
		var at *nodeError
		if errors.As(err, &at) {
			return nil, d.failAt(at.node.Line, at.node.Column, at.message).Hintf("%s", at.hint)
		}
		return nil, d.failAt(node.Line, node.Column, err.Error())
	}
	d.JSON = c.out
	return d, nil
}

// asVersion11 writes 1.1 for the version of a %YAML directive: the library knows
// no other, and what is read here is the same in both.
func asVersion11(text []byte) []byte {
	rest := text
	for bytes.HasPrefix(rest, []byte("%")) || bytes.HasPrefix(rest, []byte("#")) {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if version, found := bytes.CutPrefix(line, []byte("%YAML 1.")); found && len(version) > 0 {
			changed := bytes.Clone(text)
			changed[len(text)-len(rest)+len("%YAML 1.")] = '1'
			return changed
		}
		rest = after
	}
	return text
}

// readYAML returns the value of a stream that holds one YAML document. Empty
// documents around it, such as after a last "---", do not count.
func readYAML(text []byte) (*yaml.Node, *fault) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var found, empty *yaml.Node
	for {
		node, err := nextYAML(dec)
		switch {
		case errors.Is(err, io.EOF) && found == nil && empty == nil:
			return nil, &fault{message: "expected a JSON or YAML value, found nothing"}
		case errors.Is(err, io.EOF) && found == nil:
			return empty, nil
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, &fault{offset: blame(text, err), message: yamlMessage(err)}
		case node.Kind == yaml.ScalarNode && node.Style == 0 && node.Value == "":
			empty = node
		case found != nil:
			message := fmt.Sprintf("expected one document, found a second one on line %d", node.Line)
			return nil, &fault{offset: lineStart(text, node.Line), message: message}
		default:
			found = node
		}
	}
}

// nextYAML also makes errors of the library's panics.
func nextYAML(dec *yaml.Decoder) (node *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			node, err = nil, fmt.Errorf("cannot read this YAML: %v", p)
		}
	}()
	var document yaml.Node
	if err := dec.Decode(&document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, io.EOF
	}
	return document.Content[0], nil
}

// counted hands out single bytes, so that the number read tells how far the
// parser came before it failed.
type counted struct {
	text []byte
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	if c.read == len(c.text) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = c.text[c.read]
	c.read++
	return 1, nil
}

// blame returns the offset of the character that brings the error about. The
// library names a wrong line, or none, and the parser reads up to a line ahead:
// so the text is read again, and then cut shorter until the error is another.
func blame(text []byte, err error) int {
	source := &counted{text: text}
	for dec := yaml.NewDecoder(source); ; {
		if _, failed := nextYAML(dec); failed != nil {
			break
		}
	}
	message, end, work := yamlMessage(err), source.read, 0
	if anchor, ok := strings.CutPrefix(message, "unknown anchor '"); ok {
		anchor, _, _ = strings.Cut(anchor, "'")
		return max(bytes.LastIndex(text[:end], []byte("*"+anchor)), 0)
	}
	for range nearby {
		if end == 0 || work > maxWork || yamlMessage(readAll(text[:end-1])) != message {
			break
		}
		work += end
		end--
	}
	return max(end-1, 0)
}

// readAll returns the error that ends the stream, which is io.EOF for a good one.
func readAll(text []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := nextYAML(dec); err != nil {
			return err
		}
	}
}

func lineStart(text []byte, line int) int {
	offset := 0
	for range line - 1 {
		next := bytes.IndexByte(text[offset:], '\n')
		if next < 0 {
			break
		}
		offset += next + 1
	}
	return offset
}

// yamlMessage takes the library's prefix, whose line is often not the right
// one, off its message.
func yamlMessage(err error) string {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if _, after, cut := strings.Cut(rest, ": "); cut {
			message = after
		}
	}
	return strings.Replace(message, "did not find expected", "expected", 1)
}

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
	out     []byte
	depth   int
	left    int
	alias   int // aliases that lead to the current node
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

// onlyTag refuses the tags that JSON has no value for: !!set, !!omap, !own.
func (c *converter) onlyTag(node *yaml.Node, tag string) error {
	if got := node.ShortTag(); got != tag && !c.lenient {
		return wrong(node, "the tag "+got+" has no meaning in JSON")
	}
	return nil
}

// name is the member name that a key stands for: JSON has only strings, so
// other scalars become the text that was typed.
func (c *converter) name(key *yaml.Node) (string, error) {
	key = resolve(key)
	if key.Kind != yaml.ScalarNode {
		return "", wrong(key, "expected a scalar as the name of a member")
	}
	if !c.lenient && !utf8.ValidString(key.Value) {
		return "", wrong(key, "expected UTF-8 text in a name")
	}
	if text, isText := plainScalar(key.Value); key.Style == 0 && !isText && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz") == "" {
		return text, nil // null, true and false, however they are spelled
	}
	return key.Value, nil
}

// member is a name and its value in a mapping, merge keys resolved.
type member struct {
	name  string
	value *yaml.Node
}

// members lists a mapping in its order. A merge key (https://yaml.org/type/merge.html)
// adds, in its place, what the mapping itself does not name.
func (c *converter) members(node *yaml.Node) ([]member, error) {
	own, err := c.ownNames(node)
	if err != nil {
		return nil, err
	}
	var list []member
	last := map[string]int{} // of a lenient reading: name → index in Content
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

// merge returns the members of a mapping, or of a sequence of mappings, that
// are not taken yet, and takes them.
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
