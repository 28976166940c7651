package cmdutil

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/shell"
)

// GlobalFlags are the flags that every command has.
type GlobalFlags struct {
	Token, Profile, Server, Org, Timeout string
	UseDev, UseStaging, AllowHTTP        bool
	JSON, Verbose, Quiet                 bool
	Guided, NoInteractive                bool
	Help                                 HelpFlag

	TokenSet bool // --token was given, if only an empty one
}

// AddTo adds the flags to the root command.
func (g *GlobalFlags) AddTo(root *cobra.Command, profiles cobra.CompletionFunc) {
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.StringVarP(&g.Token, "token", "t", "", "Send the bearer `TOKEN` with this call")
	flags.StringVar(&g.Profile, "profile", "", "Use the profile `NAME` (or EPILOT_PROFILE)")
	flags.StringVar(&g.Org, "org", "", "Act for the organization `ID`: sends x-epilot-org-id")
	flags.StringVarP(&g.Server, "server", "s", "", "Call the base `URL`, or mock for the local mock (or EPILOT_SERVER)")
	flags.BoolVar(&g.UseDev, "use-dev", false, "Call the dev stage")
	flags.BoolVar(&g.UseStaging, "use-staging", false, "Call the staging stage")
	flags.StringVar(&g.Timeout, "timeout", "", "End the call after `DURATION`, such as 30s; 0 for no limit (or EPILOT_TIMEOUT)")
	flags.BoolVar(&g.AllowHTTP, "allow-http", false, "Let a token go over plain http beyond this machine")
	flags.BoolVar(&g.JSON, "json", false, "Print compact JSON only; errors as JSON on stderr")
	flags.BoolVarP(&g.Verbose, "verbose", "v", false, "Show the request and the response's status on stderr")
	flags.BoolVarP(&g.Quiet, "quiet", "q", false, "Print no notes, progress or API error lines on stderr")
	flags.BoolVar(&g.Guided, "guided", false, "Prompt for every parameter and field, then confirm")
	flags.BoolVar(&g.NoInteractive, "no-interactive", false, "Never prompt")
	flags.VarPF(&g.Help, "help", "h", "Show help; `PART` of an operation: brief, full, body.<property>").NoOptDefVal = "true"
	refuseEmpty(flags, "token", "profile", "server", "org", "timeout")
	Excludes(flags, "use-dev", "use-staging")
	Excludes(flags, "guided", "no-interactive")
	Complete(root, "help", cobra.FixedCompletions([]cobra.Completion{
		"brief\tusage and what is required", "full\tnothing folded", "body\tthe request body", "response\tthe response",
	}, cobra.ShellCompDirectiveNoFileComp))
	Complete(root, "profile", profiles)
	Complete(root, "server", cobra.FixedCompletions([]cobra.Completion{"mock\tthe mock"}, cobra.ShellCompDirectiveNoFileComp))
}

// HelpFlag is the value of --help, which cobra takes for a bool: "true", or what
// of a page is asked for.
type HelpFlag struct {
	Detail string // "brief", "full", "body.grants"; "" for the usual page
	set    bool
}

func (h *HelpFlag) String() string { return strconv.FormatBool(h.set) }

// Type is pflag's name of the value's type.
func (h *HelpFlag) Type() string { return "bool" }

// Set takes true, false or a detail.
func (h *HelpFlag) Set(text string) error {
	on, err := strconv.ParseBool(text)
	h.set = on || err != nil
	if err != nil { // a further --help, as "epilot help" adds one, changes nothing
		h.Detail = text
	}
	return nil
}

// Check refuses a detail where there is none: on the page of a command or a list.
func (h *HelpFlag) Check() error {
	if h.Detail == "" || h.Detail == help.Brief || h.Detail == help.Full {
		return nil
	}
	return failure.New(failure.Usage, "--help=%s is only for an operation", h.Detail).Hintf("use --help")
}

// Stage is the stage that --use-dev or --use-staging names, or "".
func (g *GlobalFlags) Stage() string {
	switch {
	case g.UseDev:
		return "dev"
	case g.UseStaging:
		return "staging"
	}
	return ""
}

// FlagError says what is wrong with a flag of the line, and which one may have
// been meant.
func FlagError(cmd *cobra.Command, err error, args []string) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && allowed(invalid.GetFlag()) != "" {
		return failure.New(failure.Usage, "--%s cannot be %q", invalid.GetFlag().Name, invalid.GetValue()).
			Hintf("give %s", allowed(invalid.GetFlag()))
	}
	list := "\"" + commandLine(cmd) + " --help\" lists the flags"
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return failure.New(failure.Usage, "%w", err).Hintf("%s", list)
	}
	if ours := foreignFlag(name, valueAfter("--"+name, args)); isFlagOf(cmd, ours) {
		return failure.New(failure.Usage, "%w", err).Hintf("use %s", ours)
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && len(flag.Annotations[writes]) == 0 {
			names = append(names, flag.Name)
		}
	})
	return unknownFlag(err, name, names, list)
}

// valueAfter is the value that a line gives a flag that is not known, "" where
// there is none.
func valueAfter(flag string, args []string) string {
	for i, arg := range args {
		if value, attached := strings.CutPrefix(arg, flag+"="); attached {
			return value
		}
		if arg == flag && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			return args[i+1]
		}
	}
	return ""
}

// isFlagOf reports whether a command has the flag that a hint begins with, or the
// hint names none.
func isFlagOf(cmd *cobra.Command, hint string) bool {
	word, _, _ := strings.Cut(hint, " ")
	if name, long := strings.CutPrefix(word, "--"); long {
		return cmd.Flag(name) != nil
	}
	if letter, short := strings.CutPrefix(word, "-"); short {
		return cmd.Flags().ShorthandLookup(letter) != nil
	}
	return hint != ""
}

// foreignFlag is what does here what a flag of another tool does there, ready to
// paste; "" where nothing does.
func foreignFlag(name, value string) string {
	switch name {
	case "jq", "jmespath", "filter", "template", "select":
		return "--jsonata " + jsonataFor(value) + "; \"epilot help jsonata\" has examples"
	case "format", "output-format", "out":
		return "-o " + cmp.Or(output.FormatFor(value), "json")
	case "limit", "max", "max-results":
		return "--all --max-items " + cmp.Or(value, "10") + ", or the operation's own parameter with -p"
	case "paginate", "page-all", "all-pages":
		return "--all"
	case "per-page":
		return "--all --page-size " + cmp.Or(value, "100")
	case "debug", "trace":
		return "-v"
	case "silent":
		return "-q"
	case "no-color", "no-colour":
		return "NO_COLOR=1, or \"epilot config set color never\""
	case "color", "colour":
		return "\"epilot config set color " + cmp.Or(value, "auto") + "\""
	case "body", "data-raw", "data-binary", "json-body", "input", "payload":
		return "-d " + shell.Quote(cmp.Or(value, "@body.json"))
	case "endpoint-url", "base-url", "host", "url":
		return "--server " + shell.Quote(cmp.Or(value, "URL"))
	case "force", "assume-yes", "auto-approve":
		return "--yes"
	case "interactive":
		return "--guided"
	case "no-input", "no-prompt", "non-interactive":
		return "--no-interactive"
	case "no-pager", "no-cli-pager":
		return "EPILOT_PAGER= in front of the command, or \"epilot config set pager ''\""
	case "method", "request":
		return "an operation: it decides the method. \"epilot search\" finds one"
	}
	return ""
}

// jsonataFor is a path of jq or JMESPath as JSONata has it, an example for what is
// more than a path.
func jsonataFor(path string) string {
	path = strings.NewReplacer("[]", "", "[*]", "").Replace(path)
	path = strings.TrimLeft(path, ".")
	if path == "" || strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]") != "" {
		return "'results._title'"
	}
	return shell.SingleQuote(path)
}

// commandLine is how a person calls the command. That of an operation has its
// name as an alias.
func commandLine(cmd *cobra.Command) string {
	var names []string
	for c := cmd; c != nil; c = c.Parent() {
		name := c.Name()
		if len(c.Aliases) > 0 {
			name = c.Aliases[0]
		}
		names = append(names, shell.Quote(name))
	}
	slices.Reverse(names)
	return strings.Join(names, " ")
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
