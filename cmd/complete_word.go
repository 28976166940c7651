package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/complete"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
)

// choices are what may stand at the cursor.
func (l *commandLine) choices(ctx context.Context) choices {
	switch {
	case l.flag != nil:
		return l.flagValue(ctx)
	case l.start > 0: // the value of a flag that nobody knows
		return choices{}
	case !l.bare && strings.HasPrefix(l.typed, "-"):
		return l.flagNames()
	case l.cmd != nil:
		return l.commandWord()
	case len(l.words) == 0:
		return choices{candidates: l.firstWords()}
	case len(l.words) == 1:
		return choices{candidates: l.operations(ctx)}
	}
	return l.pathParameter(ctx)
}

// firstWords are the commands and the APIs, and the topics of "help".
func (l *commandLine) firstWords() []complete.Candidate {
	var found []complete.Candidate
	for _, c := range commands() {
		found = append(found, complete.Candidate{Text: c.name, Note: c.short})
	}
	found = append(found, complete.Candidate{Text: "help", Note: newHelpCmd().Short})
	if l.help {
		for _, topic := range manual.Topics() {
			found = append(found, complete.Candidate{Text: topic.Name, Note: topic.Line})
		}
	}
	for _, e := range l.catalog.Known() {
		found = append(found, complete.Candidate{Text: e.Name, Note: e.Title})
	}
	return found
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

// definitionOf is the API that the words name, nil where it cannot be read.
func (l *commandLine) definitionOf(ctx context.Context) *operation.API {
	api, err := l.catalog.Load(ctx, l.words[0], l.definition)
	if err != nil {
		return nil
	}
	return api
}

// called is the operation that the words name, nil where there is none.
func (l *commandLine) called(ctx context.Context) *operation.Operation {
	if l.cmd != nil || len(l.words) < 2 {
		return nil
	}
	if api := l.definitionOf(ctx); api != nil {
		return api.Find(l.words[1])
	}
	return nil
}

func (l *commandLine) operations(ctx context.Context) []complete.Candidate {
	api := l.definitionOf(ctx)
	if api == nil {
		return nil
	}
	var found []complete.Candidate
	for _, op := range api.Operations {
		note := op.Line
		if op.Deprecated {
			note = "deprecated: " + note
		}
		found = append(found, complete.Candidate{Text: op.ID, Note: note})
	}
	if api.Name == fileAPI && api.Source == "" {
		for _, t := range transferList() {
			found = append(found, complete.Candidate{Text: t.name, Note: t.line})
		}
	}
	return found
}

// pathParameter completes a word that fills the path.
func (l *commandLine) pathParameter(ctx context.Context) choices {
	op := l.called(ctx)
	if op == nil {
		return choices{files: l.words[0] == fileAPI && l.words[1] == fileUpload}
	}
	at, params := len(l.words)-2, op.PathParams()
	if at >= len(params) {
		return choices{}
	}
	found := choices{candidates: complete.Values(params[at].Schema)}
	if len(found.candidates) == 0 {
		found.hint = params[at].Name + ": " + complete.Describe(params[at].Schema)
	}
	return found
}

// flagNames are the flags that may still be given, in the order of the help.
func (l *commandLine) flagNames() choices {
	found := choices{sorted: true}
	l.flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden || flag.Changed && !isRepeated(flag) {
			return
		}
		found.candidates = append(found.candidates, complete.Candidate{Text: "--" + flag.Name, Note: flag.Usage})
		if flag.Shorthand != "" {
			found.candidates = append(found.candidates, complete.Candidate{Text: "-" + flag.Shorthand, Note: flag.Usage})
		}
	})
	return found
}

// commandWord completes a word of a fixed command: a command below it, or what
// it takes.
func (l *commandLine) commandWord() choices {
	if l.cmd.HasSubCommands() {
		if len(l.words) > 0 {
			return choices{}
		}
		return choices{candidates: subcommands(l.cmd)}
	}
	if l.cmd.ValidArgsFunction != nil || len(l.cmd.ValidArgs) > 0 {
		return l.declared()
	}
	return l.taken()
}

// declared are the words that the command itself declares to cobra.
func (l *commandLine) declared() choices {
	words, directive := l.cmd.ValidArgs, cobra.ShellCompDirectiveNoFileComp
	if l.cmd.ValidArgsFunction != nil {
		words, directive = l.cmd.ValidArgsFunction(l.cmd, l.words, l.typed)
	} else if len(l.words) > 0 {
		return choices{}
	}
	found := choices{files: directive&cobra.ShellCompDirectiveNoFileComp == 0}
	for _, word := range words {
		text, note, _ := strings.Cut(word, "\t")
		if !slices.Contains(l.words, text) {
			found.candidates = append(found.candidates, complete.Candidate{Text: text, Note: note})
		}
	}
	return found
}
