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

	"github.com/epilot-cli/epilot/internal/complete"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

// choices are what may stand at the cursor, and what the shell does with them.
type choices struct {
	candidates []complete.Candidate
	hint       string // shown above them, where the shell can
	files      bool   // the shell completes a path where there is no candidate
	sorted     bool   // the shell must keep their order
}

// completes tells that a shell asks what may stand at the cursor.
func completes(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// complete answers the shell in cobra's protocol. The line is read by our own
// rules, by which flags stand anywhere, so cobra gets a command without flags.
// Nothing is sent or written, and what cannot be read completes nothing.
func (a *App) complete(ctx context.Context, args []string) error {
	out := bufio.NewWriter(a.Streams.Out)
	root := &cobra.Command{
		Use: "epilot", DisableFlagParsing: true, SilenceErrors: true, SilenceUsage: true,
		Run: func(*cobra.Command, []string) {},
		ValidArgsFunction: func(_ *cobra.Command, before []string, typed string) ([]string, cobra.ShellCompDirective) {
			line := a.readLine(before, typed)
			return line.answer(line.choices(ctx))
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true // it would answer for ours
	root.SetOut(out)
	root.SetErr(io.Discard)
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		return err
	}
	return asWriteError(out.Flush())
}

// answer is the choices in cobra's form: those that begin with what was typed.
func (l *commandLine) answer(found choices) ([]string, cobra.ShellCompDirective) {
	directive, lines := cobra.ShellCompDirectiveNoFileComp, []string(nil)
	for _, c := range found.candidates {
		if !strings.HasPrefix(c.Text, l.value()) || strings.ContainsFunc(c.Text, term.Unsafe) {
			continue // a line of the protocol cannot hold it
		}
		if c.Open {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		lines = append(lines, cobra.CompletionWithDesc(l.inShell(c.Text), note(c.Note)))
	}
	if found.files && len(lines) == 0 {
		directive &^= cobra.ShellCompDirectiveNoFileComp
	}
	if found.sorted {
		directive |= cobra.ShellCompDirectiveKeepOrder
	}
	if found.hint != "" {
		lines = cobra.AppendActiveHelp(lines, note(found.hint))
	}
	return lines, directive
}

// note is a text on one line, whatever a definition has put in it.
func note(text string) string { return strings.Join(strings.Fields(term.Safe(text)), " ") }

// names are candidates without notes.
func names(texts []string) []complete.Candidate {
	var found []complete.Candidate
	for _, text := range texts {
		found = append(found, complete.Candidate{Text: text})
	}
	return found
}

// look is the configuration for looking at it: nothing is repaired or said.
func (a *App) look() *profiles.Store {
	return profiles.Open(profiles.Options{Dir: profiles.ConfigDir(a.Getenv), Lookup: a.LookupEnv, Look: true})
}

const officialRequest = "--_completions"

// officialChoices answers the scripts of the official CLI, which may still be
// installed: "--_completions subcommands", "--_completions operations API".
func (a *App) officialChoices(ctx context.Context, args []string) error {
	rest := args[slices.Index(args, officialRequest)+1:]
	line := a.readLine(nil, "")
	if len(rest) > 0 && rest[0] == "operations" {
		line = a.readLine(rest[1:min(len(rest), 2)], "")
	}
	out := bufio.NewWriter(a.Streams.Out)
	for _, c := range line.choices(ctx).candidates {
		if !strings.ContainsFunc(c.Text, special) {
			fmt.Fprintln(out, c.Text)
		}
	}
	return asWriteError(out.Flush())
}

// special reports whether a shell may take the character for more than itself.
// The official script for bash has these answers expanded (compgen -W), and a
// name may come from an override of whatever repository the person is in.
func special(r rune) bool {
	return !strings.ContainsRune("-._", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
