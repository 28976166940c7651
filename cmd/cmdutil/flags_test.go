package cmdutil

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/output"
)

// TestOwnFlags: the list of reserved flag names contains all of our flags and
// nothing else.
func TestOwnFlags(t *testing.T) {
	t.Parallel()
	want := []string{"version"}
	add := func(flag *pflag.Flag) { want = append(want, flag.Name) }
	CallCommand().PersistentFlags().VisitAll(add)
	GlobalCommand().PersistentFlags().VisitAll(add)
	got := convention.OwnFlags()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("convention.OwnFlags has %q, the flags of a call are %q", got, want)
	}
}

// TestFlagTextsAreShort: the text of a flag fits on one line of help.
func TestFlagTextsAreShort(t *testing.T) {
	t.Parallel()
	const longest = 60 // characters
	for _, cmd := range []*cobra.Command{CallCommand(), GlobalCommand()} {
		check := func(flag *pflag.Flag) {
			_, text := FlagText(flag)
			text = strings.Replace(text, strings.Join(output.Formats(), ", "), "…", 1)
			if text = strings.TrimSuffix(text, " (repeatable)"); utf8.RuneCountInString(text) > longest {
				t.Errorf("--%s has %d characters: %s", flag.Name, utf8.RuneCountInString(text), text)
			}
		}
		cmd.Flags().VisitAll(check)
		cmd.PersistentFlags().VisitAll(check)
	}
}
