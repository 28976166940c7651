package profile

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/profiles"
)

// editOptions are what "profile create" and "profile set" write.
type editOptions struct {
	f      *cmdutil.Factory
	create bool // the profile need not exist

	server, token, command, org, stage, api string
	headers, unset                          []string
	changed                                 func(flag string) bool
}

func newEditCmd(f *cmdutil.Factory, create bool) *cobra.Command {
	o := &editOptions{f: f, create: create}
	cmd := &cobra.Command{Use: "set <name>", Short: "Change the given values of a profile"}
	if create {
		cmd.Use, cmd.Short = "create <name>", "Create a profile, or change what is given of one that exists"
	}
	verb, _, _ := strings.Cut(cmd.Use, " ")
	cmd.Args = cmdutil.OneArg("name", "epilot profile "+verb+" dev --server https://entity.sls.epilot.io")
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
	flags.StringVarP(&o.token, "token", "t", "", "Store `TOKEN`; - reads it from stdin, out of process lists")
	flags.StringVar(&o.command, "token-command", "", "Run `COMMAND` to get the token: 'pass show epilot', or a JSON array; no shell")
	flags.VarP(cmdutil.Repeated{Values: &o.headers}, "header", "H", "Send a header: `'Key: Value'`; 'Key:' removes it (repeatable)")
	flags.StringVar(&o.org, "org", "", "Act for the organization `ID`: the header "+client.OrganizationHeader)
	flags.StringVar(&o.stage, "stage", "", "Call the `STAGE` prod, dev or staging")
	flags.StringVar(&o.api, "api", "", "Change the settings of `API` only")
	flags.Var(cmdutil.Repeated{Values: &o.unset}, "unset", "Remove the setting `NAME`: server, token, token-command, headers, org or stage")
	cmdutil.RefuseEmpty(flags, "server", "token", "api")
	cmdutil.Excludes(flags, "token", "token-command")
	cmdutil.OneOf(cmd, flags, "stage", cmdutil.SettingValues("stage")...)
	cmdutil.OneOf(cmd, flags, "unset", removable()...)
	cmdutil.Complete(cmd, "api", o.f.CompleteAPI)
	cmdutil.Complete(cmd, "server", cobra.NoFileCompletions)
}

// run reads the whole line before a file is opened or a keyring asked.
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
		return changedProfile(o.f, name, `was created; "epilot profile use" makes it the active one`)
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

// removable are what --unset takes: several words, or one list with commas.
func removable() []string {
	return []string{"server", "token", "token-command", "headers", "org", "stage"}
}

func (o *editOptions) readUnset(e *edit) error {
	for _, list := range o.unset {
		e.unset = append(e.unset, strings.Split(list, ",")...)
	}
	for _, word := range e.unset {
		if !slices.Contains(removable(), word) {
			return failure.New(failure.Usage, "--unset knows no %q", word).
				Hintf("it removes one of: %s", strings.Join(removable(), ", "))
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
		return failure.New(failure.Usage, "a stage is of the whole profile, not of one API").
			Hintf("name the API's server with --server")
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

// readToken takes the token of the line, or of stdin.
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
