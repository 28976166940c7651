package cmd

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

// orgHeader says which organization a call is for.
const orgHeader = "x-epilot-org-id"

// editOptions are what "profile create" and "profile set" write.
type editOptions struct {
	call   *callOptions
	create bool // the profile need not exist

	server, token, command, org, stage, api string
	headers, unset                          []string
	given                                   func(flag string) bool
}

func newProfileEditCmd(call *callOptions, create bool) *cobra.Command {
	o := &editOptions{call: call, create: create}
	cmd := &cobra.Command{Use: "set <name>", Short: "Change a profile: only what is given"}
	if create {
		cmd.Use, cmd.Short = "create <name>", "Create a profile, or change what is given of one that exists"
	}
	cmd.RunE = func(cmd *cobra.Command, words []string) error {
		if err := oneWord(cmd, words, "name", cmd.CommandPath()+" dev --server https://entity.sls.epilot.io"); err != nil {
			return err
		}
		o.given = cmd.Flags().Changed
		return o.run(cmd.Context(), words[0])
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (o *editOptions) addFlags(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringVarP(&o.server, "server", "s", "", "Base URL of its calls")
	flags.StringVarP(&o.token, "token", "t", "", "Its token; - reads it from stdin, where no process list shows it")
	flags.StringVar(&o.command, "token-command", "", "A program that prints its token: 'pass show epilot', or a JSON array; no shell")
	flags.VarP(repeated{&o.headers}, "header", "H", "A header of its calls: 'Key: Value'; 'Key:' removes it (repeatable)")
	flags.StringVar(&o.org, "org", "", "The organization of its calls: the header "+orgHeader)
	flags.StringVar(&o.stage, "stage", "", "The stage of its calls: prod, dev or staging")
	flags.StringVar(&o.api, "api", "", "Change what it says for this API only")
	flags.Var(repeated{&o.unset}, "unset", "Remove server, token, token-command, headers, org or stage")
}

// run reads the whole line before a file is opened or a keyring asked.
func (o *editOptions) run(ctx context.Context, name string) error {
	e, err := o.parse()
	if err != nil {
		return err
	}
	if o.api != "" && !o.call.catalog.Has(o.api) {
		o.call.app.warn("the built-in catalog has no API " + strconv.Quote(o.api))
	}
	created, err := o.call.storeProfile(ctx, name, e, o.create)
	if err != nil {
		return err
	}
	if created {
		return o.call.changedProfile(name, `was created; "epilot profile use" makes it the active one`)
	}
	return o.call.changedProfile(name, "was changed")
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
	if o.given("api") && o.api == "" {
		return failure.New(failure.Usage, "the value of --api is empty").Hintf("leave it out to change the profile itself")
	}
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
	if !o.given("server") {
		return nil
	}
	e.server = strings.TrimSpace(o.server)
	_, err := parseServer(e.server, auth.ByFlag)
	return err
}

func (o *editOptions) readStage(*edit) error {
	if !o.given("stage") {
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
	if o.given("org") {
		lines = append(slices.Clone(lines), orgHeader+": "+o.org)
	}
	for _, line := range lines {
		h, err := profiles.ParseHeader(line)
		if err != nil {
			return err
		}
		if h.Value == "" && strings.EqualFold(h.Name, orgHeader) && o.given("org") {
			return failure.New(failure.Usage, "the value of --org is empty").Hintf("remove it with --unset org")
		}
		e.headers = append(e.headers, h)
	}
	return nil
}

func (o *editOptions) readCommand(e *edit) error {
	if !o.given("token-command") {
		return nil
	}
	if o.given("token") {
		return failure.New(failure.Usage, "--token and --token-command exclude each other").
			Hintf("a profile has a token, or a program that prints one")
	}
	words, err := profiles.ParseCommand(o.command)
	e.command = words
	return err
}

// readToken takes the token of the line, or of stdin.
func (o *editOptions) readToken(e *edit) error {
	if !o.given("token") {
		return nil
	}
	take := func() (*auth.Token, error) { return auth.Take(o.token, auth.FromFlag) }
	if o.token == "-" {
		take = func() (*auth.Token, error) { return readToken(o.call.app.Streams.In) }
	}
	token, err := take()
	if err == nil {
		e.token = token.Value
	}
	return err
}
