package cmd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	helpcmd "github.com/epilot-cli/epilot/cmd/help"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

// asksForCompletion reports whether a shell requests completions.
func asksForCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// serveCompletion handles completion requests in cobra's protocol. Flags may appear
// anywhere, so the line is parsed by this package and cobra gets a command without
// flags. Nothing is sent or written except to complete ids, if the user enabled
// that. Unreadable input completes nothing.
func serveCompletion(ctx context.Context, f *cmdutil.Factory, args []string) error {
	out := bufio.NewWriter(f.Streams.Out)
	protocol := &cobra.Command{
		Use: "epilot", DisableFlagParsing: true, SilenceErrors: true, SilenceUsage: true,
		Run: func(*cobra.Command, []string) {},
		ValidArgsFunction: func(_ *cobra.Command, before []string, typed string) ([]string, cobra.ShellCompDirective) {
			line := readLine(f, before, typed)
			return line.inShell(line.choices(ctx))
		},
	}
	protocol.CompletionOptions.DisableDefaultCmd = true // it would replace ours
	protocol.SetOut(out)
	protocol.SetErr(io.Discard)
	protocol.SetArgs(args)
	if err := protocol.ExecuteContext(ctx); err != nil {
		return err
	}
	return flush(out)
}

func flush(out *bufio.Writer) error {
	if err := out.Flush(); err != nil {
		return &render.WriteError{Err: err}
	}
	return nil
}

const officialRequest = "--_completions"

// officialChoices serves the scripts of the official CLI, which may still be
// installed: "--_completions subcommands", "--_completions operations API".
func officialChoices(ctx context.Context, f *cmdutil.Factory, args []string) error {
	rest := args[1:]
	var before []string
	if len(rest) > 0 && rest[0] == "operations" {
		before = rest[1:min(len(rest), 2)]
	}
	out := bufio.NewWriter(f.Streams.Out)
	found, _ := readLine(f, before, "").choices(ctx)
	for _, line := range found {
		if name, _, _ := strings.Cut(line, "\t"); !strings.ContainsFunc(name, special) {
			fmt.Fprintln(out, name)
		}
	}
	return flush(out)
}

// special reports whether a shell may interpret the character. The official bash
// script expands these completions (compgen -W), and a name may come from an
// override in an untrusted repository.
func special(r rune) bool {
	return !strings.ContainsRune("-._", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// commandLine is the parsed part of the line before the cursor. It may be incomplete
// or invalid.
type commandLine struct {
	root  *root
	cmd   *cobra.Command // named by the arguments, or the root
	flags *pflag.FlagSet // allowed here
	args  []string       // complete ones, without the command names
	typed string         // the argument at the cursor, up to the cursor

	flag  *pflag.Flag // the flag whose value is at the cursor
	start int         // offset of that value in typed
	bare  bool        // after "--": no flags
}

// readLine parses the arguments before the cursor and the one at the cursor.
func readLine(f *cmdutil.Factory, before []string, typed string) *commandLine {
	f.Silent = true
	r := newRoot(f, before)
	before = r.args // with aliases expanded
	r.operation.DescribeParamFlags(valueOf("definition", before, r.flagSets()...))
	l := &commandLine{root: r, typed: typed}
	l.setCommand(r.Command, r.operation.PersistentFlags())
	if own := r.operation.ParamFlags(); own != nil {
		l.flags.AddFlagSet(own)
	}
	positional, options, open := splitArgs(before, l.flags)
	if len(positional) > 0 && positional[0] == "help" {
		positional = positional[1:]
	}
	positional = withoutAppAPI(positional)
	cmd, below := findCommand(r.Command, positional)
	l.setCommand(cmd, r.operation.PersistentFlags())
	if cmd != r.Command && r.operation.API() == "" {
		positional, options, open = splitArgs(before, l.flags) // using this command's flags
		if len(positional) > 0 && positional[0] == "help" {
			positional = positional[1:]
		}
		_, below = findCommand(r.Command, positional)
	}
	l.args = below
	l.parse(options, open)
	l.bare = !open && behindDashes(l.flags, before)
	l.findValue(options, open)
	return l
}

// findCommand returns the command named by the arguments, as far as they name one,
// and the remaining arguments.
func findCommand(cmd *cobra.Command, args []string) (*cobra.Command, []string) {
	for i, arg := range args {
		at := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == arg || c.HasAlias(arg) })
		if at < 0 {
			return cmd, args[i:]
		}
		cmd = cmd.Commands()[at]
	}
	return cmd, nil
}

// setCommand sets the command and the flags that may follow it. A line that names no
// command yet may still become a call.
func (l *commandLine) setCommand(cmd *cobra.Command, call *pflag.FlagSet) {
	l.cmd = cmd
	l.flags = pflag.NewFlagSet("line", pflag.ContinueOnError)
	l.flags.SortFlags = false
	if cmd == l.root.Command {
		l.flags.AddFlagSet(call)
	}
	l.flags.AddFlagSet(cmd.LocalNonPersistentFlags()) // first: a command's own flag hides the global one of that name
	for c := cmd; c != nil; c = c.Parent() {
		l.flags.AddFlagSet(c.PersistentFlags())
	}
}

// parse sets the flags of this line. Invalid values are skipped: the call reports
// them.
func (l *commandLine) parse(options []string, open bool) {
	if open {
		options = options[:len(options)-1]
	}
	l.flags.ParseErrorsAllowlist.UnknownFlags = true
	_ = l.flags.Parse(options)
}

// behindDashes reports whether a flag at the end would be positional.
func behindDashes(flags *pflag.FlagSet, before []string) bool {
	positional, _, _ := splitArgs(slices.Concat(before, []string{"--help"}), flags)
	return len(positional) > 0 && positional[len(positional)-1] == "--help"
}

// findValue finds the flag whose value is at the cursor.
func (l *commandLine) findValue(options []string, open bool) {
	switch {
	case open:
		l.flag = lastFlag(l.flags, options[len(options)-1])
	case l.bare || !strings.HasPrefix(l.typed, "-"):
	case strings.HasPrefix(l.typed, "--"):
		name, _, valued := strings.Cut(l.typed[2:], "=")
		if valued {
			l.flag, l.start = l.flags.Lookup(name), len(name)+3
		}
	default:
		l.findShortValue()
	}
}

// findShortValue finds the value after short flags, as in -vpkey or -o=table.
func (l *commandLine) findShortValue() {
	for i := 1; i < len(l.typed)-1; i++ {
		flag := l.shorthand(l.typed[i])
		if flag == nil {
			return
		}
		if flag.NoOptDefVal != "" {
			continue
		}
		l.flag, l.start = flag, i+1
		if l.typed[i+1] == '=' {
			l.start++
		}
		return
	}
}

func (l *commandLine) shorthand(letter byte) *pflag.Flag {
	if letter > '~' {
		return nil
	}
	return l.flags.ShorthandLookup(string(letter))
}

func lastFlag(flags *pflag.FlagSet, option string) *pflag.Flag {
	if name, long := strings.CutPrefix(option, "--"); long {
		return flags.Lookup(name)
	}
	return flags.ShorthandLookup(option[len(option)-1:])
}

// value returns the typed part of the value or argument.
func (l *commandLine) value() string { return l.typed[l.start:] }

// choices returns the completions at the cursor and the directive for the shell.
func (l *commandLine) choices(ctx context.Context) ([]cobra.Completion, cobra.ShellCompDirective) {
	l.cmd.SetContext(ctx)
	switch {
	case l.flag != nil:
		return l.flagValue()
	case l.start > 0: // the value of an unknown flag
		return nil, cobra.ShellCompDirectiveNoFileComp
	case !l.bare && strings.HasPrefix(l.typed, "-"):
		return l.flagNames()
	case l.cmd == l.root.Command:
		if len(l.args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		found, directive := cmdutil.Candidates(l.firstArguments(), l.typed, 0)
		if len(found) == 0 && l.typed != "" {
			found, directive = cmdutil.Candidates(l.operations(), l.typed, 0)
		}
		return found, directive
	case l.cmd.HasAvailableSubCommands() && l.root.operation.API() == "":
		if len(l.args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return cmdutil.Candidates(subcommands(l.cmd), l.typed, 0)
	case l.cmd.ValidArgsFunction != nil:
		return l.cmd.ValidArgsFunction(l.cmd, l.args, l.typed)
	case len(l.args) > 0:
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return l.cmd.ValidArgs, cobra.ShellCompDirectiveNoFileComp
}

// flagValue completes the value of a flag with its registered completion.
func (l *commandLine) flagValue() ([]cobra.Completion, cobra.ShellCompDirective) {
	for c := l.cmd; c != nil; c = c.Parent() {
		if values, flagSets := c.GetFlagCompletionFunc(l.flag.Name); flagSets && c.Flag(l.flag.Name) == l.flag {
			return values(l.cmd, l.args, l.value())
		}
	}
	if values, flagSets := l.root.operation.GetFlagCompletionFunc(l.flag.Name); flagSets && l.cmd == l.root.Command {
		return values(l.cmd, l.args, l.value())
	}
	if _, isFile := l.flag.Annotations[cobra.BashCompFilenameExt]; isFile {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// firstArguments returns the commands, the APIs, and the topics of "help".
func (l *commandLine) firstArguments() []complete.Candidate {
	var found []complete.Candidate
	for _, c := range commands() {
		found = append(found, complete.Candidate{Text: c.name, Note: c.short})
	}
	found = append(found, complete.Candidate{Text: "help", Note: helpcmd.New().Short})
	if l.root.helped {
		for _, topic := range helpcmd.Topics() {
			found = append(found, complete.Candidate{Text: topic.Name, Note: topic.Line})
		}
	}
	for _, name := range l.root.aliases() {
		found = append(found, complete.Candidate{Text: name, Note: "alias"})
	}
	return append(found, inSpelling(l.typed, l.root.f.APINames())...)
}

func subcommands(cmd *cobra.Command) []complete.Candidate {
	var found []complete.Candidate
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			found = append(found, complete.Candidate{Text: c.Name(), Note: c.Short})
		}
	}
	return found
}

// flagNames returns the flags that may still be added, in help order.
func (l *commandLine) flagNames() ([]cobra.Completion, cobra.ShellCompDirective) {
	var found []complete.Candidate
	l.flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden || flag.Changed && !cmdutil.IsRepeated(flag) || l.excluded(flag) {
			return
		}
		_, note := cmdutil.FlagText(flag)
		found = append(found, complete.Candidate{Text: "--" + flag.Name, Note: note})
		if flag.Shorthand != "" {
			found = append(found, complete.Candidate{Text: "-" + flag.Shorthand, Note: note})
		}
	})
	return cmdutil.Candidates(found, l.typed, cobra.ShellCompDirectiveKeepOrder)
}

// excluded reports whether a flag on the line conflicts with this one.
func (l *commandLine) excluded(flag *pflag.Flag) bool {
	return slices.ContainsFunc(cmdutil.ExcludedBy(flag), func(name string) bool {
		other := l.flags.Lookup(name)
		return other != nil && other.Changed
	})
}

// inShell returns the choices as the shell script expects them: complete arguments,
// or only the part after the first "=" of a flag.
func (l *commandLine) inShell(found []cobra.Completion, directive cobra.ShellCompDirective) ([]cobra.Completion, cobra.ShellCompDirective) {
	lines := make([]cobra.Completion, 0, len(found))
	for _, choice := range found {
		if !strings.HasPrefix(choice, activeHelp) {
			value, note, noted := strings.Cut(choice, "\t")
			if !strings.HasPrefix(value, l.value()) || strings.ContainsFunc(value, term.Unsafe) {
				continue
			}
			if choice = l.shellValue(value); noted {
				choice = cobra.CompletionWithDesc(choice, note)
			}
		}
		lines = append(lines, choice)
	}
	if len(lines) > 0 {
		directive |= cobra.ShellCompDirectiveNoFileComp
	}
	return lines, directive
}

// activeHelp is cobra's prefix of a line that is a hint, not a choice.
var activeHelp = cobra.AppendActiveHelp(nil, "")[0]

func (l *commandLine) shellValue(value string) string {
	word := l.typed[:l.start] + value
	if l.bare || !strings.HasPrefix(l.typed, "-") {
		return word
	}
	return word[strings.IndexByte(l.typed, '=')+1:]
}
