package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// teach shows the line that does the same without prompts.
func (o *callOptions) teach(op *operation.Operation, token *auth.Token) {
	if !o.guided {
		return
	}
	line, left := o.replay(cannotBeUndone(op))
	left = left || token != nil && (token.Source == auth.FromFlag || token.Source == auth.FromTerminal)
	palette := term.NewPalette(o.app.Streams.ErrColor)
	note := "The same without prompts:"
	if left {
		note = "The same without prompts, with the token in EPILOT_TOKEN:"
	}
	fmt.Fprintf(o.app.Streams.Err, "%s\n%s\n", palette.Dim(note), term.Safe(line))
}

// replay is the command line of this call, quoted for a POSIX shell. left tells
// that something secret is left out of it.
func (o *callOptions) replay(careful bool) (line string, left bool) {
	words := []string{"epilot", o.api, o.operation}
	dashed := slices.ContainsFunc(o.positional, func(word string) bool { return strings.HasPrefix(word, "-") })
	if !dashed {
		words = append(words, o.positional...)
	}
	for _, named := range o.params {
		words = append(words, "-p", named)
	}
	if o.dataSet {
		words = append(words, "-d", o.data)
	}
	flags, left := o.otherFlags()
	words = append(words, flags...)
	if careful {
		words = append(words, "--yes")
	}
	if dashed {
		words = append(append(words, "--"), o.positional...)
	}
	for i, word := range words {
		words[i] = manual.Quote(word)
	}
	return strings.Join(words, " "), left
}

// otherFlags are the flags of this line that say how the call is made.
func (o *callOptions) otherFlags() (words []string, left bool) {
	if o.flags == nil {
		return nil, false
	}
	mine := []string{"guided", "dry-run", "yes", "no-interactive", "param", "data"}
	o.flags.Visit(func(flag *pflag.Flag) {
		switch {
		case slices.Contains(mine, flag.Name):
		case flag.Name == "token":
			left = true
		case flag.Value.Type() == "bool":
			words = append(words, "--"+flag.Name+strings.TrimSuffix("="+flag.Value.String(), "=true"))
		default:
			for _, value := range flagValues(flag) {
				if flag.Name == "header" && isSecretHeader(value) {
					left = true
					continue
				}
				words = append(words, "--"+flag.Name, value)
			}
		}
	})
	return words, left
}

func flagValues(flag *pflag.Flag) []string {
	if list, isList := flag.Value.(pflag.SliceValue); isList {
		return list.GetSlice()
	}
	return []string{flag.Value.String()}
}

func isSecretHeader(line string) bool {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	return transport.NewRedactor().Value(strings.TrimSpace(name), value) != value
}
