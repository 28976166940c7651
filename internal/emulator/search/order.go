package search

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Order is one field to sort by.
type Order struct {
	Field string
	Down  bool
}

func ParseOrder(text string) []Order {
	var order []Order
	for word := range strings.SplitSeq(text, ",") {
		word, isDown := strings.CutPrefix(strings.TrimSpace(word), "-")
		field, direction, _ := strings.Cut(strings.ReplaceAll(word, ":", " "), " ")
		if field != "" && field != "_score" {
			order = append(order, Order{field, isDown || strings.EqualFold(direction, "desc")})
		}
	}
	return order
}

// Key is a value that a resource is sorted by.
type Key struct {
	Text string
	Has  bool // the resource has a value
}

// Keys returns the sort values of a resource, one for each order.
func Keys(order []Order, item jsonx.Object) []Key {
	if len(order) == 0 {
		return nil
	}
	keys := make([]Key, len(order))
	for i, by := range order {
		keys[i].Text, keys[i].Has = firstText(item, by.Field)
	}
	return keys
}

// KeysOf returns the sort values that a client sends back; a missing one is no value.
func KeysOf(order []Order, texts []string) []Key {
	keys := make([]Key, len(order))
	for i := range order {
		if i < len(texts) && texts[i] != "null" {
			keys[i] = Key{texts[i], true}
		}
	}
	return keys
}

// CompareKeys compares two resources; one without the field comes last.
func CompareKeys(order []Order, a, b []Key) int {
	for i, by := range order {
		switch {
		case !a[i].Has && !b[i].Has:
			continue
		case !a[i].Has:
			return 1
		case !b[i].Has:
			return -1
		}
		if found := compareText(a[i].Text, b[i].Text); found != 0 && by.Down {
			return -found
		} else if found != 0 {
			return found
		}
	}
	return 0
}

func firstText(item jsonx.Object, field string) (string, bool) {
	for _, value := range object.Values(item, strings.TrimSuffix(field, ".keyword")) {
		if texts := object.Leaves(value); len(texts) > 0 {
			return texts[0], true
		}
	}
	return "", false
}
