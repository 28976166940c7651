package profiles

import (
	"bytes"
	"time"
)

// written is a member as this program writes it; a nil text stands for none.
type written struct {
	name string
	text []byte
}

// sync changes the members that differ between two states and no other: how a
// member is spelled that stays as it is, is the file's business.
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
		all[1].text = o.text()
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
	return quote(at.UTC().Format("2006-01-02T15:04:05.000Z07:00")) // as JavaScript writes it
}

func storeOrNone(keyring bool) []byte {
	if !keyring {
		return nil
	}
	return quote(inKeyring)
}
