package cmdutil

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Annotations of flags. What they say is read by the line's check, by
// completion and by --map.
const (
	notEmpty  = "epilot_not_empty"
	excludes  = "epilot_excludes"
	writes    = "epilot_writes"
	filePaths = cobra.BashCompFilenameExt // cobra's mark of a flag whose value is a path
)

// Once is the value of a flag that makes no sense twice: which of two bodies
// was meant, nobody can tell.
type Once struct {
	Text *string
	set  bool
}

func (f *Once) String() string {
	if f.Text == nil {
		return ""
	}
	return *f.Text
}

// Type is pflag's name of the value's type.
func (f *Once) Type() string { return "string" }

// Set takes the value, and refuses a second one.
func (f *Once) Set(text string) error {
	if f.set {
		return errors.New("given twice")
	}
	*f.Text, f.set = text, true
	return nil
}

// Repeated is the value of a flag that may be given again. pflag has one too,
// but that starts a CSV writer for each such flag to show that it is empty.
type Repeated struct{ Values *[]string }

func (f Repeated) String() string {
	if f.Values == nil {
		return ""
	}
	return strings.Join(*f.Values, " ")
}

// Type is pflag's name of the value's type.
func (f Repeated) Type() string { return ListType }

// ListType is pflag's name of the type of a flag that may be given again.
const ListType = "stringArray"

// Set adds a value.
func (f Repeated) Set(value string) error {
	*f.Values = append(*f.Values, value)
	return nil
}

// GetSlice returns the values, as pflag.SliceValue has it.
func (f Repeated) GetSlice() []string { return *f.Values }

// Append adds a value.
func (f Repeated) Append(value string) error { return f.Set(value) }

// Replace sets the values anew.
func (f Repeated) Replace(values []string) error {
	*f.Values = values
	return nil
}

// IsRepeated reports whether a flag may be given again.
func IsRepeated(flag *pflag.Flag) bool { return flag.Value.Type() == ListType }

// refuseEmpty marks flags whose empty value is an unset variable in a script:
// the default must not take its place.
func refuseEmpty(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		annotate(flags, name, notEmpty, "true")
	}
}

// RefuseEmpty marks flags whose value must not be empty.
func RefuseEmpty(flags *pflag.FlagSet, names ...string) { refuseEmpty(flags, names...) }

// Excludes marks flags of which a line may have only one.
func Excludes(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		for _, other := range names {
			if other != name {
				annotate(flags, name, excludes, other)
			}
		}
	}
}

// TakesFile marks flags whose value is a path.
func TakesFile(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		annotate(flags, name, filePaths, "")
	}
}

// Writes marks flags that write a file or name one that is written: what is
// mistyped must not become one of them.
func Writes(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		annotate(flags, name, writes, "true")
	}
}

func annotate(flags *pflag.FlagSet, name, key, value string) {
	flag := flags.Lookup(name)
	if flag.Annotations == nil {
		flag.Annotations = map[string][]string{}
	}
	if !slices.Contains(flag.Annotations[key], value) {
		flag.Annotations[key] = append(flag.Annotations[key], value)
	}
}

// ExcludedBy are the names of the flags that cannot be combined with this one.
func ExcludedBy(flag *pflag.Flag) []string { return flag.Annotations[excludes] }

// CheckFlags checks the flags of a line as a whole: values that are empty, and
// flags that cannot be combined. Errors are of kind Usage.
func CheckFlags(flags *pflag.FlagSet) error {
	var wrong error
	flags.Visit(func(flag *pflag.Flag) {
		if wrong != nil {
			return
		}
		if len(flag.Annotations[notEmpty]) > 0 && strings.TrimSpace(flag.Value.String()) == "" {
			wrong = failure.New(failure.Usage, "the value of --%s is empty", flag.Name).
				Hintf("leave --%s out to use the default", flag.Name)
			return
		}
		for _, other := range ExcludedBy(flag) {
			if o := flags.Lookup(other); o != nil && isGiven(o) && isGiven(flag) {
				wrong = failure.New(failure.Usage, "--%s and --%s cannot be combined", flag.Name, other).
					Hintf("leave one of them out")
				return
			}
		}
	})
	return wrong
}

// isGiven reports whether a flag stands on the line, and not as =false.
func isGiven(flag *pflag.Flag) bool {
	return flag.Changed && (flag.Value.Type() != "bool" || flag.Value.String() == "true")
}
