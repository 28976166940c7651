package auth

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/verify"
	"github.com/epilot-cli/epilot/internal/client"
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
		Example: `epilot auth status
epilot auth status --verify
epilot auth status --profile ci --json`,
		Args: cmdutil.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "Verify the signature with the issuer's public keys")
	addAPIFlag(f, cmd, &o.api)
	return cmd
}

// run prints what is known, even about an expired token, and then fails if a call
// would not work with it.
func (o *statusOptions) run(ctx context.Context) error {
	if o.verify {
		if _, err := o.f.Client(); err != nil {
			return err // settings errors, before anything is printed
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

// find returns the token of a call, or the stored one that has expired; missing is
// the error that a call would return.
func (o *statusOptions) find(ctx context.Context) (token *auth.Token, missing, err error) {
	profile, err := seenBy(o.f, o.api)
	if err != nil {
		return nil, nil, err
	}
	account := o.f.Account()
	in := account.Sources(ctx, profile)
	if token, err = tokenOfCall(o.f, profile, in); token != nil || err != nil {
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

// check verifies the signature if requested. It returns an error if the signature
// cannot be verified.
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
		AnyMock:   cmdutil.MockIssuer,
	}
	if profile, err := seenBy(o.f, o.api); err != nil {
		return err
	} else if server := c.NamedServer(profile); server == client.MockServer {
		mock, err := o.f.ServeMock(nil)
		if err != nil {
			return err
		}
		defer mock.Close()
		checker.Mock = mock.URL
	} else {
		checker.Mock, _ = url.Parse(server) // only a loopback URL counts
	}
	done := o.f.Out.Wait("waiting for the issuer's public keys")
	verdict, err := checker.Check(ctx, token.Value)
	done()
	d.Signature = string(verdict)
	if err != nil || verdict == verify.Verified {
		return err
	}
	return failure.New(failure.Credentials, "cannot trust the token of %s: %s", token, verdict).
		Hintf("sign in again, and ask who issued that token")
}

// describedToken is the JSON form of a token. Fields may be added, but never
// renamed: programs depend on them.
type describedToken struct {
	Authenticated bool        `json:"authenticated"` // a call would use it
	Source        auth.Source `json:"source,omitempty"`
	Profile       string      `json:"profile,omitempty"`
	API           string      `json:"api,omitempty"` // the only API it is for
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
	Signature     string      `json:"signature,omitempty"` // only with --verify
}

// describe reads the claims. A token that is not a JWT has none.
func (o *statusOptions) describe(token *auth.Token) (describedToken, *auth.Claims) {
	d := describedToken{
		Source: token.Source, Profile: token.Profile, API: token.API, Store: token.Store,
		Hint: auth.Hint(token.Value), Kind: auth.OtherKind,
	}
	claims, err := auth.Parse(token.Value)
	if err != nil {
		claims = &auth.Claims{}
	}
	if !token.ExpiresAt.IsZero() { // this decides whether a call uses it
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

// entries returns the known facts in display order. Claims are untrusted, so each is
// kept on one line.
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
		{Name: "expiry", Line: strings.TrimPrefix(expiry, "has ")},
		{Name: "signature", Line: d.Signature},
	}
	for i, e := range entries {
		entries[i].Line = term.Line(e.Line)
	}
	return slices.DeleteFunc(entries, func(e help.Entry) bool { return e.Line == "" })
}

// yes returns "" for a token without claims.
func yes(d describedToken, is bool) string {
	switch {
	case d.Kind == auth.OtherKind:
		return ""
	case is:
		return "yes"
	}
	return "no"
}

// NewWhoami returns the command that shows the account a call acts as. It reads the
// stored data and the token; only --verify contacts a server.
func NewWhoami(f *cmdutil.Factory) *cobra.Command {
	o := &statusOptions{f: f}
	cmd := &cobra.Command{
		Use: "whoami",
		Example: `epilot whoami
epilot whoami --profile ci --json`,
		Args: cmdutil.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.whoami(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "Verify the signature with the issuer's public keys")
	addAPIFlag(f, cmd, &o.api)
	return cmd
}

// account is the signed-in account in its JSON form. Fields may be added, but never
// renamed: programs depend on them.
type account struct {
	Authenticated bool        `json:"authenticated"`
	Name          string      `json:"name,omitempty"`
	OrgID         string      `json:"org_id,omitempty"`
	UserID        string      `json:"user_id,omitempty"`
	Profile       string      `json:"profile,omitempty"`
	Stage         string      `json:"stage"`
	Source        auth.Source `json:"source,omitempty"` // source of the token
	ReadOnly      bool        `json:"read_only"`
	ExpiresAt     string      `json:"expires_at,omitempty"` // RFC 3339
	Expired       bool        `json:"expired"`
	Signature     string      `json:"signature,omitempty"` // only with --verify
}

func (o *statusOptions) whoami(ctx context.Context) error {
	if o.verify {
		if _, err := o.f.Client(); err != nil {
			return err // settings errors, before anything is printed
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

// account returns what the configuration contains: the current profile, its stage
// and its owner, which is the token's owner unless the token names another.
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

// fill adds the claims of the token.
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
		{Name: "expiry", Line: strings.TrimPrefix(expiry, "has ")},
		{Name: "signature", Line: a.Signature},
	}
	for i, e := range entries {
		entries[i].Line = term.Line(e.Line)
	}
	return slices.DeleteFunc(entries, func(e help.Entry) bool { return e.Line == "" })
}
