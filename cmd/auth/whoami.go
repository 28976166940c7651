package auth

import (
	"cmp"
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/term"
)

// NewWhoami is the command that shows who a call acts as. It reads what is stored
// and what the token says, and asks no server but with --verify.
func NewWhoami(f *cmdutil.Factory) *cobra.Command {
	o := &statusOptions{f: f}
	cmd := &cobra.Command{
		Use:  "whoami",
		Args: cmdutil.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.whoami(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "Check the signature with the published keys of the issuer")
	addAPIFlag(f, cmd, &o.api)
	return cmd
}

// account is who is signed in, as --json writes it. Programs read the members:
// they may be added, never renamed.
type account struct {
	Authenticated bool        `json:"authenticated"`
	Name          string      `json:"name,omitempty"`
	OrgID         string      `json:"org_id,omitempty"`
	UserID        string      `json:"user_id,omitempty"`
	Profile       string      `json:"profile,omitempty"`
	Stage         string      `json:"stage"`
	Source        auth.Source `json:"source,omitempty"` // of the token
	ReadOnly      bool        `json:"read_only"`
	ExpiresAt     string      `json:"expires_at,omitempty"` // RFC 3339
	Expired       bool        `json:"expired"`
	Signature     string      `json:"signature,omitempty"` // with --verify
}

func (o *statusOptions) whoami(ctx context.Context) error {
	if o.verify {
		if _, err := o.f.Client(); err != nil {
			return err // of the settings, before anything is printed
		}
	}
	a, err := o.account()
	if err != nil {
		return err
	}
	token, missing, err := o.find(ctx)
	if err != nil {
		return err
	}
	if token == nil {
		if o.f.Flags.JSON {
			err = o.f.Out.PrintJSON(account{Profile: a.Profile, Stage: a.Stage})
		}
		return cmp.Or(err, missing)
	}
	described, claims := o.describe(token)
	unsound := o.check(ctx, token, &described)
	a.fill(described)
	expiry := auth.DescribeExpiry(claims.ExpiresAt, o.f.Now())
	if err := o.f.Out.Show(a, func(page *help.Page) { page.List("ACCOUNT", a.entries(token.String(), expiry)) }); err != nil {
		return err
	}
	if a.Expired {
		return failure.New(failure.Credentials, "the token of %s %s", token, expiry).Hintf("sign in again with \"epilot login\"")
	}
	return unsound
}

// account is what the configuration knows: the profile of this line, its stage,
// and its owner, who is the token's where the token does not name another.
func (o *statusOptions) account() (*account, error) {
	profile, err := seenBy(o.f, o.api)
	if err != nil {
		return nil, err
	}
	a := &account{}
	if a.Stage, err = o.f.Profiles().Stage(profile, o.f.Flags.Stage()); err != nil {
		return nil, err
	}
	if profile != nil {
		a.Profile, a.OrgID, a.UserID = profile.Name, profile.OrgID, profile.UserID
	}
	return a, nil
}

// fill adds what the token says.
func (a *account) fill(d describedToken) {
	if d.Source != auth.FromProfile {
		a.OrgID, a.UserID = "", ""
	}
	a.Authenticated, a.Name, a.Source, a.ReadOnly = d.Authenticated, d.Name, d.Source, d.ReadOnly
	a.OrgID, a.UserID = cmp.Or(d.OrgID, a.OrgID), cmp.Or(d.UserID, a.UserID)
	a.ExpiresAt, a.Expired, a.Signature = d.ExpiresAt, d.Expired, d.Signature
}

func (a *account) entries(source, expiry string) []help.Entry {
	if a.ExpiresAt != "" {
		expiry += " (" + a.ExpiresAt + ")"
	}
	readOnly := ""
	if a.ReadOnly {
		readOnly = "yes"
	}
	entries := []help.Entry{
		{Name: "name", Line: a.Name},
		{Name: "organization", Line: a.OrgID},
		{Name: "user", Line: a.UserID},
		{Name: "profile", Line: cmp.Or(a.Profile, "none")},
		{Name: "stage", Line: a.Stage},
		{Name: "token", Line: source},
		{Name: "read-only", Line: readOnly},
		{Name: "expiry", Line: expiry},
		{Name: "signature", Line: a.Signature},
	}
	for i, e := range entries {
		entries[i].Line = term.Line(e.Line)
	}
	return slices.DeleteFunc(entries, func(e help.Entry) bool { return e.Line == "" })
}
