package params

import (
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// reader makes a value of the words for one parameter.
type reader struct {
	name    string
	lenient bool // take what has not the schema's shape as text
}

func (r reader) value(s *operation.Schema, words []string, members []member) (*node, error) {
	switch {
	case len(words) > 0 && len(members) > 0:
		return nil, r.fail("is given both as a whole and member by member").
			Hintf("give one JSON object, or each member as -p %s.member=value", r.name)
	case len(members) > 0:
		return r.object(s, members)
	case len(words) == 1:
		return r.word(s, words[0])
	}
	return r.list(s, words)
}

// word reads the only value given for the schema.
func (r reader) word(s *operation.Schema, word string) (*node, error) {
	k := kindsOf(s)
	if n, err := r.shaped(k, word); n != nil || err != nil {
		return n, err
	}
	if k.list && !k.scalar {
		return r.list(s, []string{word})
	}
	if !k.scalar && !r.lenient {
		return nil, r.fail("must be a JSON object").
			Hintf(`write -p '%s={"member":"value"}', or each member as -p %s.member=value`, r.name, r.name)
	}
	return textNode(word), nil
}

// shaped reads a word that looks like a JSON array or object where the schema
// allows one. It returns nil for any other word.
func (r reader) shaped(k kinds, word string) (*node, error) {
	looks := k.list && opens(word, "[") || k.object && opens(word, "{")
	if k.anything || !looks {
		return nil, nil
	}
	n, err := parseJSON(word)
	if err == nil {
		return n, nil
	}
	if k.text || r.lenient {
		return nil, nil
	}
	failed := r.fail("looks like JSON but is not: %s", reason(err))
	if k.list {
		return nil, failed.Hintf(`to send such text as an element, write it as a JSON string: -p '%s=["…"]'`, r.name)
	}
	return nil, failed.Hintf("check the quotes: the shell takes away those around the whole word")
}

// list reads repeated words, each one element.
func (r reader) list(s *operation.Schema, words []string) (*node, error) {
	if !kindsOf(s).list && !r.lenient {
		return nil, r.fail("is not an array, but is given %d times", len(words)).Hintf("give it once")
	}
	items := kindsOf(itemsOf(s))
	n := &node{kind: listNode}
	for _, word := range words {
		item, err := r.shaped(items, word)
		if err != nil {
			return nil, err
		}
		if item == nil {
			item = textNode(word)
		}
		if len(words) > 1 && !items.list && !r.lenient && isArray(word) {
			return nil, r.fail("is given both as a JSON array and element by element").
				Hintf("give one JSON array, or repeat -p %s=… for each element", r.name)
		}
		n.items = append(n.items, item)
	}
	return n, nil
}

// object reads members, in the order in which they were first named.
func (r reader) object(s *operation.Schema, members []member) (*node, error) {
	n := &node{kind: objectNode}
	done := map[string]bool{}
	for _, m := range members {
		name := m.path[0]
		if done[name] {
			continue
		}
		done[name] = true
		words, deeper := under(members, name)
		value, err := reader{r.name + "." + name, r.lenient}.value(memberOf(s, name), words, deeper)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, field{name, value})
	}
	return n, nil
}

// under returns what the members say of the named one and of what it holds.
func under(members []member, name string) (words []string, deeper []member) {
	for _, m := range members {
		switch {
		case m.path[0] != name:
		case len(m.path) == 1:
			words = append(words, m.word)
		default:
			deeper = append(deeper, member{m.path[1:], m.word})
		}
	}
	return words, deeper
}

func (r reader) fail(format string, args ...any) *failure.Error {
	return failure.New(failure.Usage, "parameter %s %s", r.name, fmt.Sprintf(format, args...))
}

func opens(word, bracket string) bool {
	return strings.HasPrefix(strings.TrimSpace(word), bracket)
}

func isArray(word string) bool {
	if !opens(word, "[") {
		return false
	}
	_, err := parseJSON(word)
	return err == nil
}
