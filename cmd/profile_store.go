package cmd

import (
	"context"
	"slices"

	"github.com/epilot-cli/epilot/internal/auth/vault"
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
func (o *callOptions) storeProfile(ctx context.Context, name string, e *edit, create bool) (created bool, err error) {
	var held bool // in the keyring, until now
	e.inKeyring, err = o.keepEdited(ctx, name, e, create)
	if err != nil {
		return false, err
	}
	err = o.app.profiles().Update(ctx, func(d *profiles.Draft) error {
		p := d.Profile(name)
		if created = p == nil; created && !create {
			return d.Unknown(name)
		}
		if created {
			if p, err = d.Create(name); err != nil {
				return err
			}
		}
		held = p.Keyring
		e.apply(p)
		held = held && !p.Keyring
		return nil
	})
	if held && err == nil {
		o.app.forgetToken(ctx, vault.Profile(name))
	}
	return created, err
}

// keepEdited puts the token into the keyring, where the settings want it, once
// it is known that the profile can have it.
func (o *callOptions) keepEdited(ctx context.Context, name string, e *edit, create bool) (bool, error) {
	_, err := o.app.profiles().Profile(name)
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
		return o.app.keepToken(ctx, vault.Profile(name), e.token)
	}
	store, err := o.app.profiles().Setting("credential_store", "")
	if err == nil && store.Text == vault.KeyringOnly {
		err = failure.New(failure.Usage, "the token of a single API cannot be in the keyring, where %s wants it", store.Where).
			Hintf("give the API a --token-command, or a profile of its own")
	}
	return false, err
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
		a.Token = e.token
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
	who := accountOf(e.token)
	p.OrgID, p.UserID, p.ExpiresAt = who.orgID, who.userID, who.expires
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
			a.RemoveHeader(orgHeader)
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
