package profile

import (
	"context"
	"slices"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

// edit is what a line changes of a profile. What is empty stays as it is.
type edit struct {
	api           string // the API that it is about; "" for the profile
	server, stage string
	token         string
	inKeyring     bool // the token is there already
	command       []string
	headers       []profiles.Header // one without a value is removed
	unset         []string
}

// storeProfile writes the edit, and reports whether the profile is a new one.
func storeProfile(ctx context.Context, f *cmdutil.Factory, name string, e *edit, create bool) (created bool, err error) {
	var left []string // in the keyring, of what no file speaks any more
	e.inKeyring, err = keepEdited(ctx, f, name, e, create)
	if err != nil {
		return false, err
	}
	err = f.Profiles().Update(ctx, func(d *profiles.Draft) error {
		p := d.Profile(name)
		if created = p == nil; created && !create {
			return d.Unknown(name)
		}
		if created {
			if p, err = d.Create(name); err != nil {
				return err
			}
		}
		before := cmdutil.KeyringEntries(p)
		e.apply(p)
		after := cmdutil.KeyringEntries(p)
		for _, entry := range before {
			if !slices.ContainsFunc(after, func(kept cmdutil.KeyringEntry) bool { return kept.Account == entry.Account }) {
				left = append(left, entry.Account)
			}
		}
		return nil
	})
	if err == nil {
		for _, account := range left {
			f.ForgetToken(ctx, account)
		}
	}
	return created, err
}

// keepEdited puts the token into the keyring, where the settings want it, once
// it is known that the profile can have it.
func keepEdited(ctx context.Context, f *cmdutil.Factory, name string, e *edit, create bool) (bool, error) {
	_, err := f.Profiles().Profile(name)
	if err != nil && (!create || failure.Of(err).Kind != failure.Usage) {
		return false, err
	}
	if err := profiles.CheckName(name); err != nil && create {
		return false, err
	}
	switch {
	case e.token == "":
		return false, nil
	case e.api == "":
		return f.KeepToken(ctx, keyring.Profile(name), e.token)
	}
	return f.KeepToken(ctx, keyring.API(name, e.api), e.token)
}

func (e *edit) apply(p *profiles.Profile) {
	if slices.Contains(e.unset, "stage") {
		p.Stage = ""
	}
	if e.stage != "" {
		p.Stage = e.stage
	}
	if e.api == "" {
		e.applyToken(p)
		own := profiles.API{Server: p.Server, TokenCommand: p.TokenCommand, Headers: p.Headers}
		e.applyTo(&own)
		p.Server, p.TokenCommand, p.Headers = own.Server, own.TokenCommand, own.Headers
		return
	}
	a := p.API(e.api)
	if e.token != "" || e.command != nil || slices.Contains(e.unset, "token") {
		if a.Token, a.Keyring = e.token, e.inKeyring; a.Keyring {
			a.Token = ""
		}
	}
	e.applyTo(a)
	p.DropEmptyAPIs()
}

// applyToken: a new token replaces the old one and what was known of its owner;
// a program that prints tokens replaces both.
func (e *edit) applyToken(p *profiles.Profile) {
	if e.token == "" && e.command == nil && !slices.Contains(e.unset, "token") {
		return
	}
	p.ForgetToken()
	if e.token == "" {
		return
	}
	if p.Keyring = e.inKeyring; !e.inKeyring {
		p.Token = e.token
	}
	who := cmdutil.OwnerOf(e.token)
	p.OrgID, p.UserID, p.ExpiresAt = who.OrgID, who.UserID, who.Expires
}

// applyTo changes what a profile and an API of its have in common.
func (e *edit) applyTo(a *profiles.API) {
	for _, word := range e.unset {
		switch word {
		case "server":
			a.Server = ""
		case "token-command":
			a.TokenCommand = nil
		case "headers":
			a.Headers = nil
		case "org":
			a.RemoveHeader(client.OrganizationHeader)
		}
	}
	if e.server != "" {
		a.Server = e.server
	}
	if e.command != nil || e.token != "" {
		a.TokenCommand = e.command
	}
	for _, h := range e.headers {
		if h.Value == "" {
			a.RemoveHeader(h.Name)
			continue
		}
		a.SetHeader(h)
	}
}
