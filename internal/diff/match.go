package diff

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// keys are the members that can identify array elements; the first one that every
// element of both arrays has is used.
var keys = []string{"id", "_id", "key", "slug", "name", "attribute", "type", "title", "label"}

// keyOf returns the member that identifies the elements of both arrays, "" if there
// is none. If the arrays have no ID in common, they belong to different
// organizations, and another member is better.
func keyOf(a, b *jsonx.Node) string {
	usable := ""
	for _, key := range keys {
		inA, inB := valuesOf(a, key), valuesOf(b, key)
		if inA == nil || inB == nil {
			continue
		}
		for value := range inA {
			if _, both := inB[value]; both {
				return key
			}
		}
		if usable == "" {
			usable = key
		}
	}
	return usable
}

// valuesOf returns the values of a member, or nil if an element lacks it or two
// share a value.
func valuesOf(list *jsonx.Node, key string) map[string]bool {
	found := map[string]bool{}
	for _, item := range list.Items {
		value := item.Member(key)
		if value == nil || value.Kind != jsonx.Scalar || found[normal(value)] {
			return nil
		}
		found[normal(value)] = true
	}
	return found
}

// match finds the partner in b of each element of a, -1 if there is none, and the
// elements of b without a partner.
func (c *comparison) match(a, b *jsonx.Node, key string) (partner, added []int) {
	used := make([]bool, len(b.Items))
	partner = make([]int, len(a.Items))
	byValue := map[string][]int{}
	for i, item := range b.Items {
		name := c.identity(item, key)
		byValue[name] = append(byValue[name], i)
	}
	for i, item := range a.Items {
		partner[i] = -1
		name := c.identity(item, key)
		if same := byValue[name]; len(same) > 0 {
			partner[i], byValue[name] = same[0], same[1:]
			used[same[0]] = true
		}
	}
	for i := range b.Items {
		if !used[i] {
			added = append(added, i)
		}
	}
	if key != "" {
		return partner, added
	}
	return pair(a, b, partner, added)
}

// pair matches the remaining objects and arrays in order: without a key they count
// as changed.
func pair(a, b *jsonx.Node, partner, added []int) ([]int, []int) {
	left := map[jsonx.Kind][]int{}
	for _, i := range added {
		left[b.Items[i].Kind] = append(left[b.Items[i].Kind], i)
	}
	for i, item := range a.Items {
		if same := left[item.Kind]; partner[i] < 0 && item.Kind != jsonx.Scalar && len(same) > 0 {
			partner[i], left[item.Kind] = same[0], same[1:]
		}
	}
	added = append(append(left[jsonx.Scalar], left[jsonx.Array]...), left[jsonx.ObjectNode]...)
	slices.Sort(added)
	return partner, added
}

// identity returns what makes two elements partners: the key, or else their content.
func (c *comparison) identity(item *jsonx.Node, key string) string {
	switch {
	case key != "":
		return normal(item.Member(key))
	case item.Kind == jsonx.Scalar:
		return normal(item)
	}
	sum := c.digest(item)
	return string(sum[:])
}

// digest is equal for equal values, regardless of the order of their members and
// elements.
type digest [sha256.Size]byte

// digest is cached for each array and object because its parents need it again.
func (c *comparison) digest(n *jsonx.Node) digest {
	if n.Kind == jsonx.Scalar {
		return sha256.Sum256([]byte("s" + normal(n)))
	}
	if known, has := c.digests[n]; has {
		return known
	}
	var parts []string
	for _, m := range n.Members {
		name, value := sha256.Sum256([]byte(m.Name)), c.digest(m.Value)
		parts = append(parts, string(name[:])+string(value[:]))
	}
	for _, item := range n.Items {
		value := c.digest(item)
		parts = append(parts, string(value[:]))
	}
	slices.Sort(parts)
	kind := "a"
	if n.Kind == jsonx.ObjectNode {
		kind = "o"
	}
	sum := digest(sha256.Sum256([]byte(kind + strings.Join(parts, ""))))
	c.digests[n] = sum
	return sum
}

// normal returns a scalar's text in a canonical form: 1.0 equals 1, and escapes in
// strings do not matter.
func normal(n *jsonx.Node) string {
	switch {
	case strings.HasPrefix(n.Text, `"`) && !strings.Contains(n.Text, `\`):
		return n.Text
	case strings.HasPrefix(n.Text, `"`):
		return jsonx.Quote(n.String())
	case n.Text != "" && strings.Contains("-0123456789", n.Text[:1]):
		return schema.NumberKey(n.Text)
	}
	return n.Text
}
