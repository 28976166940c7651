package document

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// member is a name and its value in a mapping, merge keys resolved.
type member struct {
	name  string
	value *yaml.Node
}

// members lists a mapping in its order. A merge key (https://yaml.org/type/merge.html)
// adds, in its place, what the mapping itself does not name.
func (c *converter) members(node *yaml.Node) ([]member, error) {
	own, err := ownNames(node)
	if err != nil {
		return nil, err
	}
	var list []member
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
		text, err := name(key)
		if err != nil {
			return nil, err
		}
		list = append(list, member{text, value})
	}
	return list, nil
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge"
}

func ownNames(node *yaml.Node) (map[string]bool, error) {
	own := make(map[string]bool, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if isMerge(key) {
			continue
		}
		text, err := name(key)
		if err != nil {
			return nil, err
		}
		if own[text] {
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
