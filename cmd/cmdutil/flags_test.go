package cmdutil

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/convention"
)

// TestOwnFlags wants a name for each of our flags in the list that parameters
// cannot have as flags, and no other.
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
