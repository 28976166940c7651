package profiles

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

func (v value) faultf(format string, args ...any) *failure.Error {
	return v.doc.faultf(v.at, format, args...)
}

// isNull reports whether the value stands for a member that is not set.
func (v value) isNull() bool { return string(v.text) == "null" }

// members are the members of an object in the file's order, their names exact.
func (v value) members() ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(v.text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, v.faultf("expected an object")
	}
	var found []member
	seen := map[string]bool{}
	for decoder.More() {
		m, err := v.next(decoder)
		if err != nil {
			return nil, err
		}
		if seen[m.name] {
			return nil, m.value.faultf("%q is there twice", m.name)
		}
		seen[m.name] = true
		found = append(found, m)
	}
	return found, nil
}

// each hands the members of an object on; null is one without any.
func (v value) each(take func(member) error) error {
	if v.isNull() {
		return nil
	}
	members, err := v.members()
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := take(m); err != nil {
			return err
		}
	}
	return nil
}

// next reads one member of the object.
func (v value) next(decoder *json.Decoder) (member, error) {
	start := decoder.InputOffset()
	token, err := decoder.Token()
	name, isName := token.(string)
	if err != nil || !isName {
		return member{}, v.faultf("expected an object")
	}
	key := bytes.TrimLeft(v.text[start:decoder.InputOffset()], " \t\r\n,")
	var raw json.RawMessage
	if err := decoder.Decode(&raw); err != nil {
		return member{}, v.faultf("%q: %w", name, err)
	}
	at := v.at + int(decoder.InputOffset()) - len(raw)
	return member{name: name, key: key, value: value{doc: v.doc, text: raw, at: at}}, nil
}

// read hands each member of the object to the reader of its name. Names that
// have none are left to newer versions and to the official CLI.
func (v value) read(readers map[string]reader) error {
	members, err := v.members()
	if err != nil {
		return err
	}
	for _, m := range members {
		take, known := readers[m.name]
		if !known {
			continue
		}
		if err := take(m.value); err != nil {
			return err
		}
	}
	return nil
}

// text reads a string; null leaves it empty.
func text(into *string) reader {
	return func(v value) error {
		if json.Unmarshal(v.text, into) != nil {
			return v.faultf("expected a string")
		}
		return nil
	}
}

// moment reads a time as RFC 3339 writes it; null and "" leave it zero.
func moment(into *time.Time) reader {
	return func(v value) error {
		var written string
		if err := text(&written)(v); err != nil || written == "" {
			return err
		}
		at, err := time.Parse(time.RFC3339, written)
		if err != nil {
			return v.faultf("expected a time like 2026-01-31T12:00:00Z")
		}
		*into = at
		return nil
	}
}

// headers reads an object of header fields. The values are not named in an
// error: they may be secrets.
func headers(into *[]Header) reader {
	return func(v value) error {
		return v.each(func(m member) error {
			h := Header{Name: m.name}
			if err := text(&h.Value)(m.value); err != nil {
				return err
			}
			if !h.sendable() {
				return m.value.faultf("header %q cannot be sent: its name or its value holds a character that no header may hold", h.Name)
			}
			*into = append(*into, h)
			return nil
		})
	}
}

// choice reads one of the words; null and "" leave it empty.
func choice(into *string, words ...string) reader {
	return func(v value) error {
		var written string
		if err := text(&written)(v); err != nil {
			return err
		}
		if written != "" && !slices.Contains(words, written) {
			return v.faultf("%q is not known", written).Hintf("use one of: %s", strings.Join(words, ", "))
		}
		*into = written
		return nil
	}
}

// command reads an array of a program and its arguments; null and [] leave it
// nil. The words are not named in an error: they may be secrets.
func command(into *[]string) reader {
	return func(v value) error {
		found, isList := texts(v.text)
		odd := func(word string) bool { return strings.ContainsRune(word, 0) }
		if !isList || slices.ContainsFunc(found, odd) {
			return v.faultf("expected an array of strings: a program and its arguments")
		}
		if len(found) > 0 && found[0] == "" {
			return v.faultf("the name of the program is empty")
		}
		*into = found
		return nil
	}
}
