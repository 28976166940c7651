package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// place is where in a value a check is, in both notations.
type place struct{ path, pointer string }

var root = place{path: "$"}

func (p place) member(name string) place {
	path := p.path + "." + name
	if !isWord(name) {
		path = p.path + "[" + quote(name) + "]"
	}
	escaped := strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
	return place{path: path, pointer: p.pointer + "/" + escaped}
}

func (p place) element(index int) place {
	text := strconv.Itoa(index)
	return place{path: p.path + "[" + text + "]", pointer: p.pointer + "/" + text}
}

func (p place) fault(format string, args ...any) []Fault {
	return []Fault{{Path: p.path, Pointer: p.pointer, Message: fmt.Sprintf(format, args...)}}
}

// isWord reports whether a name needs no quotes behind a dot.
func isWord(name string) bool {
	for i := range len(name) {
		letter := 'a' <= name[i]|0x20 && name[i]|0x20 <= 'z'
		if !letter && name[i] != '_' && (i == 0 || name[i] < '0' || name[i] > '9') {
			return false
		}
	}
	return name != ""
}

func quote(text string) string { return strconv.Quote(text) }
