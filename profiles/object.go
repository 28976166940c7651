package profiles

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// object is a JSON object being changed: members keep their order and their text in
// the file.
type object struct{ jsonx.Object }

// newObject reads the members of an object; null or no value has none.
func newObject(v value) (*object, error) {
	o := &object{}
	if len(v.text) == 0 || v.isNull() {
		return o, nil
	}
	members, err := v.members()
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		o.Object = append(o.Object, jsonx.Member{Name: m.name, Key: m.key, Value: m.value.text})
	}
	return o, nil
}

// child returns the member as an object. The value was validated before: it is an
// object or missing.
func (o *object) child(name string) *object {
	child, err := newObject(value{doc: &document{}, text: o.Get(name)})
	if err != nil {
		return &object{}
	}
	return child
}

// set sets the text of a member, in place or at the end; nil removes it.
func (o *object) set(name string, text []byte) {
	if text == nil {
		o.Object = o.Without(name)
		return
	}
	o.Object = o.With(name, text)
}

// rename renames a member in place.
func (o *object) rename(from, to string) {
	if i := o.Index(from); i >= 0 {
		o.Object[i].Name, o.Object[i].Key = to, nil
	}
}

// quote returns a JSON string without HTML escapes.
func quote(text string) []byte { return encode(text) }

// encode returns strings, numbers, lists and maps as JSON.
func encode(v any) []byte {
	text, err := jsonx.Encode(v)
	if err != nil {
		return []byte("null") // not reached: callers pass no other types
	}
	return text
}

// layout formats the text as in a file: two spaces per level, as the official CLI
// writes it.
func layout(text []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return text // not reached: members come from valid JSON
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// written is a member to write; a nil text means none.
type written struct {
	name string
	text []byte
}

// sync changes only the members that differ between the two states, so that the
// others keep their formatting.
func (o *object) sync(was, is []written) {
	for i, now := range is {
		if !bytes.Equal(was[i].text, now.text) {
			o.set(now.name, now.text)
		}
	}
}

func (p *Profile) written() []written {
	return append([]written{
		{"name", quote(p.Name)},
		{"server", textOrNone(p.Server)},
		{"token", textOrNone(p.Token)},
		{"org_id", textOrNone(p.OrgID)},
		{"user_id", textOrNone(p.UserID)},
		{"expires_at", timeOrNone(p.ExpiresAt)},
		{"stage", textOrNone(p.Stage)},
		{"credential_store", storeOrNone(p.Keyring)},
	}, common(p.TokenCommand, p.Headers)...)
}

func (a API) written() []written {
	return append([]written{
		{"server", textOrNone(a.Server)},
		{"token", textOrNone(a.Token)},
		{"credential_store", storeOrNone(a.Keyring)},
	}, common(a.TokenCommand, a.Headers)...)
}

func (c *Credentials) written() []written {
	return []written{
		{"token", textOrNone(c.Token)},
		{"org_id", textOrNone(c.OrgID)},
		{"user_id", textOrNone(c.UserID)},
		{"name", textOrNone(c.Name)},
		{"expires_at", timeOrNone(c.ExpiresAt)},
		{"credential_store", storeOrNone(c.Keyring)},
	}
}

func common(command []string, headers []Header) []written {
	all := []written{{name: "token_command"}, {name: "headers"}}
	if len(command) > 0 {
		all[0].text = encode(command)
	}
	if len(headers) > 0 {
		o := &object{}
		for _, h := range headers {
			o.set(h.Name, quote(h.Value))
		}
		all[1].text = o.Text()
	}
	return all
}

func textOrNone(text string) []byte {
	if text == "" {
		return nil
	}
	return quote(text)
}

func timeOrNone(at time.Time) []byte {
	if at.IsZero() {
		return nil
	}
	return quote(at.UTC().Format("2006-01-02T15:04:05.000Z07:00")) // JavaScript's format
}

func storeOrNone(keyring bool) []byte {
	if !keyring {
		return nil
	}
	return quote(inKeyring)
}
