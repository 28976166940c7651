package cmd

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// addGlobalFlags adds the flags that every command knows.
func (o *callOptions) addGlobalFlags(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringVarP(&o.token, "token", "t", "", "Bearer token for this call")
	flags.StringVar(&o.profile, "profile", "", "Use a named profile (or EPILOT_PROFILE)")
	flags.StringVar(&o.org, "org", "", "Act for this organization: sends its id as x-epilot-org-id")
	flags.StringVarP(&o.server, "server", "s", "", "Server base URL, or \"mock\" for a local epilot (or EPILOT_SERVER)")
	flags.BoolVar(&o.useDev, "use-dev", false, "Call the dev stage")
	flags.BoolVar(&o.useStaging, "use-staging", false, "Call the staging stage")
	flags.StringVar(&o.timeout, "timeout", "", "End the call after this long, such as 30s; 0 sets no limit (or EPILOT_TIMEOUT)")
	flags.BoolVar(&o.allowHTTP, "allow-http", false, "Let a token go over plain http beyond this machine")
	flags.BoolVar(&o.json, "json", false, "Compact JSON and nothing else; errors as JSON on stderr")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "Show the request and the response's status on stderr")
	flags.BoolVar(&o.guided, "guided", false, "Ask for everything, show the request, send it after a yes")
	flags.BoolVar(&o.noInteractive, "no-interactive", false, "Never prompt")
	flags.BoolP("help", "h", false, "Show help")
}

// addCallFlags adds the flags of an API call.
func (o *callOptions) addCallFlags(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.VarP(repeated{&o.params}, "param", "p", "Set a parameter: key=value (repeatable)")
	flags.VarP(&once{text: &o.data}, "data", "d", "Request body: JSON, @file (JSON or YAML), - for stdin")
	o.addFieldFlags(flags)
	flags.VarP(repeated{&o.headers}, "header", "H", "Set a header: 'Key: Value' (repeatable)")
	flags.Var(repeated{&o.queries}, "query", "Send an undocumented query parameter: key=value (repeatable)")
	flags.BoolVarP(&o.include, "include", "i", false, "Show the response's headers on stderr")
	flags.StringVar(&o.jsonata, "jsonata", "", "Transform the response with a JSONata expression")
	flags.StringVar(&o.definition, "definition", "", "Use this OpenAPI file or URL instead of the built-in definition")
	o.output.add(flags)
	o.pages.add(flags)
	o.retry.add(flags)
	flags.BoolVar(&o.noValidate, "no-validate", false, "Send what was typed without checking it")
	flags.BoolVar(&o.dryRun, "dry-run", false, "Print the request and send nothing")
	o.show.add(flags)
	flags.BoolVarP(&o.yes, "yes", "y", false, "Send without asking, also what may not be undone")
	o.addMapFlag(flags)
	flags.StringVar(&o.skeleton, "skeleton", "", "Print a body to fill in and send nothing; =full has every property")
	flags.Lookup("skeleton").NoOptDefVal = minimalSkeleton
	for _, name := range []string{"definition", "out-file"} {
		_ = cobra.MarkFlagFilename(flags, name) // both are there
	}
}

// flagError says what is wrong with a flag, and which one may have been meant.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && allowed(invalid.GetFlag()) != "" {
		return failure.New(failure.Usage, "--%s cannot be %q", invalid.GetFlag().Name, invalid.GetValue()).
			Hintf("give %s", allowed(invalid.GetFlag()))
	}
	wrong := failure.New(failure.Usage, "%w", err)
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return wrong.Hintf("\"%s --help\" lists the flags", cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	if near := nearest.Match(name, names); near != "" {
		return wrong.Hintf("did you mean --%s? \"%s --help\" lists the flags", near, cmd.CommandPath())
	}
	return wrong.Hintf("\"%s --help\" lists the flags", cmd.CommandPath())
}

// allowed says what the values of a flag are, "" where its own error does.
func allowed(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number, 0 or more"
	case "bool":
		return "true or false, or nothing for true"
	}
	return ""
}

// once is the value of a flag that makes no sense twice: which of two bodies
// was meant, nobody can tell.
type once struct {
	text  *string
	given bool
}

func (f *once) String() string {
	if f.text == nil {
		return ""
	}
	return *f.text
}

func (f *once) Type() string { return "string" }

func (f *once) Set(text string) error {
	if f.given {
		return errors.New("given twice")
	}
	*f.text, f.given = text, true
	return nil
}

// repeated is the value of a flag that may be given again. pflag has one too,
// but that starts a CSV writer for each such flag to show that it is empty.
type repeated struct{ words *[]string }

func (f repeated) String() string {
	if f.words == nil {
		return ""
	}
	return strings.Join(*f.words, " ")
}

func (f repeated) Type() string { return "stringArray" }

func (f repeated) Set(word string) error {
	*f.words = append(*f.words, word)
	return nil
}

func isRepeated(flag *pflag.Flag) bool {
	_, is := flag.Value.(repeated)
	return is
}

// refuseEmpty refuses an empty account, server or definition: it is an unset
// variable in a script, and the default must not take its place.
func refuseEmpty(flags *pflag.FlagSet) error {
	for _, name := range []string{
		"token", "profile", "server", "definition", "timeout", "retry", "retry-max-wait", "output", "columns", "out-file", "org",
		"state", "record", "latency", "rate-limit", "listen",
	} {
		if flag := flags.Lookup(name); flag != nil && flag.Changed && strings.TrimSpace(flag.Value.String()) == "" {
			return failure.New(failure.Usage, "the value of --%s is empty", name).
				Hintf("leave --%s out to use the default", name)
		}
	}
	return nil
}
