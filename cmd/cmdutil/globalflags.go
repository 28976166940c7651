package cmdutil

import (
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

// GlobalFlags are the flags of every command.
type GlobalFlags struct {
	output.Flags
	Token, Profile, Server, Org, Timeout string
	UseDev, UseStaging, AllowHTTP        bool
	Guided                               bool
	Help                                 HelpFlag

	TokenSet bool // --token is set, even if empty
}

// AddTo adds the flags to the root command.
func (g *GlobalFlags) AddTo(root *cobra.Command, profiles cobra.CompletionFunc) {
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.StringVarP(&g.Token, "token", "t", "", "Send the bearer `TOKEN` with this call")
	flags.StringVar(&g.Profile, "profile", "", "Use the profile `NAME` (or EPILOT_PROFILE)")
	flags.StringVar(&g.Org, "org", "", "Use the organization `ID` (sends x-epilot-org-id)")
	flags.StringVarP(&g.Server, "server", "s", "", "Call the base `URL`, or mock (or EPILOT_SERVER)")
	flags.BoolVar(&g.UseDev, "use-dev", false, "Call the dev stage")
	flags.BoolVar(&g.UseStaging, "use-staging", false, "Call the staging stage")
	flags.StringVar(&g.Timeout, "timeout", "", "Limit the call to `DURATION`; 0 for none (or EPILOT_TIMEOUT)")
	flags.BoolVar(&g.AllowHTTP, "allow-http", false, "Allow tokens over plain http to other machines")
	flags.BoolVar(&g.JSON, "json", false, "Print compact JSON only; errors as JSON on stderr")
	flags.BoolVarP(&g.Verbose, "verbose", "v", false, "Show the request and the response status on stderr")
	flags.BoolVarP(&g.Quiet, "quiet", "q", false, "Hide notes, progress and API error lines on stderr")
	flags.BoolVar(&g.Guided, "guided", false, "Prompt for every parameter and field, then confirm")
	flags.BoolVar(&g.NoInteractive, "no-interactive", false, "Never prompt")
	flags.VarPF(&g.Help, "help", "h", "Show help, or a `PART`: brief, full, body.<property>").NoOptDefVal = "true"
	refuseEmpty(flags, "token", "profile", "server", "org", "timeout")
	Excludes(flags, "use-dev", "use-staging")
	Excludes(flags, "guided", "no-interactive")
	Complete(root, "help", cobra.FixedCompletions([]cobra.Completion{
		"brief\tusage and what is required", "full\tnothing folded", "body\tthe request body", "response\tthe response",
	}, cobra.ShellCompDirectiveNoFileComp))
	Complete(root, "profile", profiles)
	Complete(root, "server", cobra.FixedCompletions([]cobra.Completion{"mock\tthe mock"}, cobra.ShellCompDirectiveNoFileComp))
}

// HelpFlag is the value of --help, a bool for cobra: "true" or the requested detail
// of a page.
type HelpFlag struct {
	Detail string // "brief", "full", "body.grants"; "" for the default page
	set    bool
}

func (h *HelpFlag) String() string { return strconv.FormatBool(h.set) }

// Type returns pflag's name of the value type.
func (h *HelpFlag) Type() string { return "bool" }

// Set accepts true, false or a detail.
func (h *HelpFlag) Set(text string) error {
	on, err := strconv.ParseBool(text)
	h.set = on || err != nil
	if err != nil { // a second --help, such as "epilot help" adds, has no effect
		h.Detail = text
	}
	return nil
}

// Check rejects a detail on the help page of a command or a list, which have none.
func (h *HelpFlag) Check() error {
	if h.Detail == "" || h.Detail == help.Brief || h.Detail == help.Full {
		return nil
	}
	return failure.New(failure.Usage, "--help=%s works for operations only", h.Detail).Hintf("use --help")
}

// Stage returns the stage selected by --use-dev or --use-staging, or "".
func (g *GlobalFlags) Stage() string {
	switch {
	case g.UseDev:
		return "dev"
	case g.UseStaging:
		return "staging"
	}
	return ""
}

// setting returns the value of the flag for a setting, "" if there is none.
func (g *GlobalFlags) setting(name string) string {
	if name == "timeout" {
		return g.Timeout
	}
	return ""
}

// commandLine returns the command as the user calls it. An operation's command has
// its name as an alias.
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

// allowed describes the allowed values of a flag, or returns "" if the flag's own
// error does.
func allowed(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "int":
		return "an integer"
	case "uint64":
		return "an integer, 0 or more"
	case "bool":
		return "true or false, or nothing for true"
	}
	return ""
}
