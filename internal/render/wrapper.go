package render

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// object gives the items of a wrapper, or the object itself.
func (it *items) object() error {
	found, text, err := it.unwrap()
	if err != nil || found {
		return err
	}
	return it.give(text)
}

// unwrap reads an object. It gives the items of the first list that stands
// under the name of a wrapper, or returns the object's text. What has an id is
// a thing, whatever else it has.
func (it *items) unwrap() (found bool, text jsontext.Value, err error) {
	if _, err := it.ReadToken(); err != nil {
		return false, nil, err
	}
	text = append(text, '{')
	for thing := false; it.PeekKind() != '}'; {
		name, err := it.ReadValue()
		if err != nil {
			return false, nil, err
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(text, name...), ':')
		word := unquote(name)
		thing = thing || word == "id" || word == "_id"
		found, text, err = it.member(word, !thing, text)
		if err != nil {
			return false, nil, err
		}
		if found {
			return true, nil, it.skipRest()
		}
	}
	_, err = it.ReadToken()
	return false, append(text, '}'), err
}

// member reads a member's value: as the list of the items, or to the text.
func (it *items) member(name string, may bool, text jsontext.Value) (bool, jsontext.Value, error) {
	kind := it.PeekKind()
	switch {
	case may && kind == '[' && slices.Contains(wrappers(), name):
		return true, nil, it.list()
	case may && kind == '{' && name == "hits": // hits.hits, as search engines have it
		found, inner, err := it.unwrap()
		return found, append(text, inner...), err
	}
	value, err := it.ReadValue()
	return false, append(text, value...), err
}

func wrappers() []string { return []string{"results", "data", "items", "entities", "hits"} }

func (it *items) skipRest() error {
	for it.PeekKind() != '}' {
		if err := it.SkipValue(); err != nil { // a name, then a value
			return err
		}
	}
	_, err := it.ReadToken()
	return err
}

// unquote is the text of a JSON string; what is not UTF-8 in it is replaced.
func unquote(quoted jsontext.Value) string {
	text, _ := jsontext.AppendUnquote(nil, quoted) // an error tells of a replacement
	return string(text)
}
