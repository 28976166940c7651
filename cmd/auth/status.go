package auth

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/verify"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/term"
)

type statusOptions struct {
	f      *cmdutil.Factory
	api    string
	verify bool
}

func newStatusCmd(f *cmdutil.Factory) *cobra.Command {
	o := &statusOptions{f: f}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show which token a call uses: its source, owner and expiry",
		Args:  cmdutil.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "Check the signature with the published keys of the issuer")
	addAPIFlag(f, cmd, &o.api)
	return cmd
}

// run shows what is known, also of a token that has expired, and then fails
// where no call would work with it.
func (o *statusOptions) run(ctx context.Context) error {
	if o.verify {
		if _, err := o.f.Client(); err != nil {
			return err // of the settings, before anything is printed
		}
	}
	token, missing, err := o.find(ctx)
	if err != nil {
		return err
	}
	if token == nil {
		return o.none(missing)
	}
	described, claims := o.describe(token)
	unsound := o.check(ctx, token, &described)
	if err := o.print(described, claims); err != nil {
		return err
	}
	if described.Expired {
		return failure.New(failure.Credentials, "the token of %s %s", token, auth.DescribeExpiry(claims.ExpiresAt, o.f.Now())).
			Hintf("sign in again with \"epilot login\"")
	}
	return unsound
}

// find returns the token of a call, or else the stored one that has expired;
// missing is the error that a call would end with.
func (o *statusOptions) find(ctx context.Context) (token *auth.Token, missing, err error) {
	profile, err := seenBy(o.f, o.api)
	if err != nil {
		return nil, nil, err
	}
	account := o.f.Account()
	in := account.Sources(ctx, profile)
	if token, err = auth.Resolve(in); token != nil || err != nil {
		return token, nil, err
	}
	token, err = auth.Expired(in)
	return token, auth.Missing(in), err
}

func (o *statusOptions) none(missing error) error {
	if o.f.Flags.JSON {
		if err := o.f.Out.PrintJSON(describedToken{}); err != nil {
			return err
		}
	}
	return missing
}

// check verifies the signature where that is asked for. Whatever keeps it from
// being verified is an error.
func (o *statusOptions) check(ctx context.Context, token *auth.Token, d *describedToken) error {
	if !o.verify {
		return nil
	}
	c, err := o.f.Client()
	if err != nil {
		return err
	}
	c.Redactor().Add(token.Value)
	checker := verify.Checker{
		Transport: c.RoundTripper(),
		Hosts:     auth.Hosts(o.f.Catalog().Hosts()),
	}
	if profile, err := seenBy(o.f, o.api); err == nil {
		checker.Mock, _ = url.Parse(c.NamedServer(profile)) // only a URL on loopback counts
	}
	verdict, err := checker.Check(ctx, token.Value)
	d.Signature = string(verdict)
	if err != nil || verdict == verify.Verified {
		return err
	}
	return failure.New(failure.Credentials, "the token of %s cannot be relied on: %s", token, verdict).
		Hintf("sign in again, and ask who issued that token")
}

// describedToken is a token as --json writes it. Programs read the members:
// they may be added, never renamed.
type describedToken struct {
	Authenticated bool        `json:"authenticated"` // a call would be made with it
	Source        auth.Source `json:"source,omitempty"`
	Profile       string      `json:"profile,omitempty"`
	API           string      `json:"api,omitempty"` // the one API that it is for
	Store         auth.Store  `json:"store,omitempty"`
	Hint          string      `json:"token,omitempty"` // its last four characters
	Kind          auth.Kind   `json:"kind,omitempty"`
	TokenType     string      `json:"token_type,omitempty"`
	TokenID       string      `json:"token_id,omitempty"`
	Name          string      `json:"name,omitempty"`
	OrgID         string      `json:"org_id,omitempty"`
	UserID        string      `json:"user_id,omitempty"`
	Roles         []string    `json:"roles,omitempty"`
	ReadOnly      bool        `json:"read_only"`
	Anonymized    bool        `json:"anonymized"`
	Issuer        string      `json:"issuer,omitempty"`
	IssuedAt      string      `json:"issued_at,omitempty"`  // RFC 3339
	ExpiresAt     string      `json:"expires_at,omitempty"` // RFC 3339
	Expired       bool        `json:"expired"`
	Signature     string      `json:"signature,omitempty"` // with --verify
}

// describe reads the claims. A token that is no JWT has none: what it is stays
// between the person and the API.
func (o *statusOptions) describe(token *auth.Token) (describedToken, *auth.Claims) {
	d := describedToken{
		Source: token.Source, Profile: token.Profile, API: token.API, Store: token.Store,
		Hint: auth.Hint(token.Value), Kind: auth.OtherKind,
	}
	claims, err := auth.Parse(token.Value)
	if err != nil {
		claims = &auth.Claims{}
	}
	if !token.ExpiresAt.IsZero() { // what decides whether a call uses it
		claims.ExpiresAt = token.ExpiresAt
	}
	d.Kind, d.TokenType, d.TokenID, d.Name = claims.Kind(), claims.TokenType, claims.TokenID, claims.Account()
	d.OrgID, d.UserID, d.Roles, d.Issuer = claims.OrgID, claims.UserID, claims.Roles, claims.Issuer
	d.ReadOnly, d.Anonymized = claims.ReadOnly, claims.Anonymized
	d.IssuedAt, d.ExpiresAt = rfc3339(claims.IssuedAt), rfc3339(claims.ExpiresAt)
	d.Expired = !claims.ExpiresAt.IsZero() && !o.f.Now().Before(claims.ExpiresAt)
	d.Authenticated = !d.Expired
	return d, claims
}

func rfc3339(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func (o *statusOptions) print(d describedToken, claims *auth.Claims) error {
	expiry := auth.DescribeExpiry(claims.ExpiresAt, o.f.Now())
	if d.ExpiresAt != "" {
		expiry += " (" + d.ExpiresAt + ")"
	}
	return o.f.Out.Show(d, func(page *help.Page) { page.List("TOKEN", d.entries(expiry)) })
}

// entries are what is known, in the order in which it is shown. Claims are
// anybody's words, and kept on their line.
func (d describedToken) entries(expiry string) []help.Entry {
	kind := string(d.Kind)
	if d.TokenType != "" {
		kind += " (" + d.TokenType + ")"
	}
	source := auth.Token{Source: d.Source, Profile: d.Profile, API: d.API, Store: d.Store}
	entries := []help.Entry{
		{Name: "token", Line: d.Hint},
		{Name: "source", Line: source.String()},
		{Name: "kind", Line: kind},
		{Name: "name", Line: d.Name},
		{Name: "organization", Line: d.OrgID},
		{Name: "user", Line: d.UserID},
		{Name: "roles", Line: strings.Join(d.Roles, ", ")},
		{Name: "read-only", Line: yes(d, d.ReadOnly)},
		{Name: "anonymized", Line: yes(d, d.Anonymized)},
		{Name: "issuer", Line: d.Issuer},
		{Name: "expiry", Line: expiry},
		{Name: "signature", Line: d.Signature},
	}
	for i, e := range entries {
		entries[i].Line = term.Line(e.Line)
	}
	return slices.DeleteFunc(entries, func(e help.Entry) bool { return e.Line == "" })
}

// yes is "" for a token that says nothing about itself.
func yes(d describedToken, is bool) string {
	switch {
	case d.Kind == auth.OtherKind:
		return ""
	case is:
		return "yes"
	}
	return "no"
}
