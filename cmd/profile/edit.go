package profile

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/profiles"
)

// editOptions are the options of "profile create" and "profile set".
type editOptions struct {
	f      *cmdutil.Factory
	create bool // the profile need not exist

	server, token, command, org, stage, api string
	headers, unset                          []string
	changed                                 func(flag string) bool
}

func newEditCmd(f *cmdutil.Factory, create bool) *cobra.Command {
	o := &editOptions{f: f, create: create}
	cmd := &cobra.Command{Use: "set <name>", Short: "Change values of a profile"}
	if create {
		cmd.Use, cmd.Short = "create <name>", "Create a profile, or update an existing one"
	}
	verb, _, _ := strings.Cut(cmd.Use, " ")
	cmd.Args = cmdutil.OneArg("name", "epilot profile "+verb+" dev --stage dev")
	cmd.Example = "epilot profile " + verb + " dev --stage dev\n" +
		"epilot profile " + verb + " ci --token-command 'pass show epilot/ci'"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.changed = cmd.Flags().Changed
		return o.run(cmd.Context(), args[0])
	}
	cmd.ValidArgsFunction = cobra.NoFileCompletions
	if !create {
		cmd.ValidArgsFunction = f.CompleteProfileArg
	}
	o.addFlags(cmd)
	return cmd
}

func (o *editOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&o.server, "server", "s", "", "Send calls to the base `URL`")
	flags.StringVarP(&o.token, "token", "t", "", "Store `TOKEN`; - reads it from stdin")
	flags.StringVar(&o.command, "token-command", "", "Get the token from `COMMAND`, such as 'pass show epilot'")
	flags.VarP(cmdutil.Repeated{Values: &o.headers}, "header", "H", "Send a header: `'Key: Value'`; 'Key:' removes it (repeatable)")
	flags.StringVar(&o.org, "org", "", "Use the organization `ID` (sends "+client.OrganizationHeader+")")
	flags.StringVar(&o.stage, "stage", "", "Use the `STAGE`: prod, dev or staging")
	flags.StringVar(&o.api, "api", "", "Change the settings of `API` only")
	flags.Var(cmdutil.Repeated{Values: &o.unset}, "unset", "Remove `NAME`, such as server (repeatable)")
	cmdutil.RefuseEmpty(flags, "server", "token", "api")
	cmdutil.Excludes(flags, "token", "token-command")
	cmdutil.OneOf(cmd, flags, "stage", cmdutil.SettingValues("stage")...)
	cmdutil.OneOf(cmd, flags, "unset", removable()...)
	cmdutil.Complete(cmd, "api", o.f.CompleteAPI)
	cmdutil.Complete(cmd, "server", cobra.NoFileCompletions)
}

// run validates the complete command line before it opens a file or the keyring.
func (o *editOptions) run(ctx context.Context, name string) error {
	e, err := o.parse()
	if err != nil {
		return err
	}
	if o.api != "" && !o.f.Catalog().Has(o.api) {
		o.f.Out.Warn("the built-in catalog has no API " + strconv.Quote(o.api))
	}
	created, err := storeProfile(ctx, o.f, name, e, o.create)
	if err != nil {
		return err
	}
	if created {
		return changedProfile(o.f, name, "was created; activate it with: epilot profile use "+shell.Quote(name))
	}
	return changedProfile(o.f, name, "was changed")
}

func (o *editOptions) parse() (*edit, error) {
	e := &edit{api: o.api, stage: o.stage}
	for _, read := range []func(*edit) error{o.readUnset, o.readServer, o.readStage, o.readHeaders, o.readCommand, o.readToken} {
		if err := read(e); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// removable lists the values of --unset, which accepts several arguments or one
// comma-separated list.
func removable() []string {
	return []string{"server", "token", "token-command", "headers", "org", "stage"}
}

func (o *editOptions) readUnset(e *edit) error {
	for _, list := range o.unset {
		e.unset = append(e.unset, strings.Split(list, ",")...)
	}
	for _, word := range e.unset {
		if !slices.Contains(removable(), word) {
			return failure.New(failure.Usage, "invalid --unset %q", word).
				Hintf("use one of: %s", strings.Join(removable(), ", "))
		}
	}
	return nil
}

func (o *editOptions) readServer(e *edit) error {
	if !o.changed("server") {
		return nil
	}
	e.server = strings.TrimSpace(o.server)
	_, err := client.ParseServer(e.server, auth.ByFlag)
	return err
}

func (o *editOptions) readStage(*edit) error {
	if !o.changed("stage") {
		return nil
	}
	if o.api != "" {
		return failure.New(failure.Usage, "a stage applies to the complete profile, not to one API").
			Hintf("set the server of the API with --server")
	}
	return profiles.CheckStage(o.stage, "--stage")
}

func (o *editOptions) readHeaders(e *edit) error {
	lines := o.headers
	if o.changed("org") {
		lines = append(slices.Clone(lines), client.OrganizationHeader+": "+o.org)
	}
	for _, line := range lines {
		h, err := profiles.ParseHeader(line)
		if err != nil {
			return err
		}
		if h.Value == "" && strings.EqualFold(h.Name, client.OrganizationHeader) && o.changed("org") {
			return failure.New(failure.Usage, "the value of --org is empty").Hintf("remove it with --unset org")
		}
		e.headers = append(e.headers, h)
	}
	return nil
}

func (o *editOptions) readCommand(e *edit) error {
	if !o.changed("token-command") {
		return nil
	}
	argv, err := shell.Command("the token command", o.command)
	e.command = argv
	return err
}

// readToken reads the token from the command line or stdin. As with the official CLI, it
// can be any text: the profile of a test server may have a short one.
func (o *editOptions) readToken(e *edit) error {
	if !o.changed("token") {
		return nil
	}
	take := func() (*auth.Token, error) { return auth.Take(o.token, auth.FromFlag) }
	if o.token == "-" {
		take = func() (*auth.Token, error) { return cmdutil.ReadToken(o.f.Streams.In) }
	}
	token, err := take()
	if err == nil {
		e.token = token.Value
	}
	return err
}

// edit is a change to a profile. Empty fields are left unchanged.
type edit struct {
	api           string // the API to change; "" for the profile
	server, stage string
	token         string
	inKeyring     bool // the token is already there
	command       []string
	headers       []profiles.Header // a header without a value is removed
	unset         []string
}

// storeProfile writes the edit and reports whether the profile is new.
func storeProfile(ctx context.Context, f *cmdutil.Factory, name string, e *edit, create bool) (created bool, err error) {
	var left []string // keyring accounts that no file refers to any more
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

// keepEdited stores the token in the keyring, if the settings say so, once the edit
// is known to be valid.
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

// applyToken replaces the token and the facts about its owner. A token command
// replaces both.
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

// applyTo changes the fields that profiles and their APIs share.
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
