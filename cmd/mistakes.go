package cmd

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	helpcmd "github.com/epilot-cli/epilot/cmd/help"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/suggest"
)

func (r *root) unknownCommand(name string) error {
	if r.wrong != nil {
		return r.wrong
	}
	candidates := append(r.f.Catalog().Names(), r.aliases()...)
	for _, c := range commands() {
		candidates = append(candidates, c.name)
	}
	unknown := failure.New(failure.Usage, "unknown command or API %s", strconv.Quote(name))
	if r.helped {
		candidates = append(candidates, helpcmd.TopicNames()...)
		unknown = failure.New(failure.Usage, "no help on %s", strconv.Quote(name))
	}
	near := suggest.Match(name, candidates)
	if near == "" {
		near = r.nearestOperation(name)
	}
	switch {
	case formerName(name) != "":
		return unknown.Hintf("that API is called %s now, with the same operations", formerName(name))
	case !r.helped && help.TopicText(name) != "":
		return unknown.Hintf("\"epilot help %s\" is the text about it", name)
	case near != "":
		unknown = unknown.Hintf("did you mean %s? \"epilot\" lists the APIs, commands and topics", near)
		return &cmdutil.Misnamed{Err: unknown, Name: name, Near: near, Safe: true}
	}
	return unknown.Hintf("\"epilot\" lists the APIs, commands and topics")
}

// nearestOperation is the operation that may be meant by a name without its API.
func (r *root) nearestOperation(name string) string {
	var names []string
	for _, m := range r.f.Catalog().Unique(context.Background()) {
		names = append(names, m.Operation.ID)
	}
	return suggest.Match(name, names)
}

// flagError is the error for a flag that cannot be read. A flag that is unknown
// only because no command of that name has it is not the mistake: the name is.
func (r *root) flagError(cmd *cobra.Command, err error) error {
	if r.operation.API() != "" {
		definition := valueOf("definition", r.args, r.PersistentFlags(), r.operation.PersistentFlags())
		if wrong := r.operation.WrongName(cmd.Context(), definition); wrong != nil {
			return wrong
		}
		return cmdutil.FlagError(cmd, err, r.args)
	}
	name := r.wrongName(cmd)
	switch {
	case name == "" && cmd == r.Command && r.callFlag(err) != nil:
		return missingAPI(r.callFlag(err).Name)
	case name == "":
		return cmdutil.FlagError(cmd, err, r.args)
	case cmd == r.Command:
		return r.unknownCommand(name)
	}
	return cmdutil.UnknownSubcommand(cmd, name)
}

// callFlag is the flag of a call that err says is unknown, nil for any other.
func (r *root) callFlag(err error) *pflag.Flag {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return nil
	}
	name := unknown.GetSpecifiedName()
	if flag := r.operation.PersistentFlags().Lookup(name); flag != nil || len(name) != 1 {
		return flag
	}
	return r.operation.PersistentFlags().ShorthandLookup(name)
}

// missingAPI is the error for a line that has a flag of a call and no API.
func missingAPI(flag string) error {
	missing := failure.New(failure.Usage, "missing API: --%s is a flag of a call", flag)
	if flag == "definition" {
		return missing.Hintf("name the API, as you like: \"epilot myapi --definition FILE\" lists its operations")
	}
	return missing.Hintf("write epilot <api> <operationId> --%s …; \"epilot\" lists the APIs", flag)
}

// wrongName is the argument where cmd, the root or one with commands below it,
// wants the name of a command or an API, "" where there is none, or where a flag
// before it is one that no command below cmd has.
func (r *root) wrongName(cmd *cobra.Command) string {
	if !cmd.HasSubCommands() {
		return ""
	}
	flagSets := []*pflag.FlagSet{r.PersistentFlags()}
	if cmd == r.Command {
		flagSets = append(flagSets, r.Flags(), r.operation.PersistentFlags())
	}
	for _, c := range below(cmd) {
		flagSets = append(flagSets, c.Flags(), c.PersistentFlags())
	}
	depth, name := 0, ""
	for c := cmd; c.HasParent(); c = c.Parent() {
		depth++
	}
	if r.helped {
		depth++
	}
	eachArg(r.args, flagSets, func(at int, role role) bool {
		switch {
		case role == option && !isFlag(flagSets, r.args[at]):
			return false
		case role != word:
			return true
		case depth > 0:
			depth--
			return true
		}
		name = r.args[at]
		return false
	})
	return name
}

// below are the commands below this one, at any depth.
func below(cmd *cobra.Command) []*cobra.Command {
	var found []*cobra.Command
	for _, c := range cmd.Commands() {
		found = append(append(found, c), below(c)...)
	}
	return found
}
