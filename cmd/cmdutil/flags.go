package cmdutil

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
)

// Annotations of flags, read by the flag check, completion and --map.
const (
	notEmpty  = "epilot_not_empty"
	excludes  = "epilot_excludes"
	writes    = "epilot_writes"
	filePaths = cobra.BashCompFilenameExt // cobra's annotation for a flag whose value is a path
)

// Once is the value of a flag that must not be repeated: with two bodies, nobody can
// tell which one is intended.
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

// Type returns pflag's name of the value type.
func (f *Once) Type() string { return "string" }

// Set sets the value and rejects a second one.
func (f *Once) Set(text string) error {
	if f.set {
		return errors.New("given twice")
	}
	*f.Text, f.set = text, true
	return nil
}

// Repeated is the value of a repeatable flag. pflag's own type starts a CSV writer
// for each flag just to show that it is empty.
type Repeated struct{ Values *[]string }

func (f Repeated) String() string {
	if f.Values == nil {
		return ""
	}
	return strings.Join(*f.Values, " ")
}

// Type returns pflag's name of the value type.
func (f Repeated) Type() string { return ListType }

// ListType is pflag's type name of a repeatable flag.
const ListType = "stringArray"

// Set adds a value.
func (f Repeated) Set(value string) error {
	*f.Values = append(*f.Values, value)
	return nil
}

// GetSlice implements pflag.SliceValue.
func (f Repeated) GetSlice() []string { return *f.Values }

// Append adds a value.
func (f Repeated) Append(value string) error { return f.Set(value) }

// Replace replaces all values.
func (f Repeated) Replace(values []string) error {
	*f.Values = values
	return nil
}

// IsRepeated reports whether a flag is repeatable.
func IsRepeated(flag *pflag.Flag) bool { return flag.Value.Type() == ListType }

// refuseEmpty marks flags for which an empty value is an unset variable in a script:
// it must not fall back to the default.
func refuseEmpty(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		annotate(flags, name, notEmpty, "true")
	}
}

// RefuseEmpty marks flags whose value must not be empty.
func RefuseEmpty(flags *pflag.FlagSet, names ...string) { refuseEmpty(flags, names...) }

// Excludes marks flags that cannot be combined.
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

// Writes marks flags that write a file or name one that is written, so that a
// mistyped argument does not become a file name.
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

// ExcludedBy returns the names of the flags that cannot be combined with this one.
func ExcludedBy(flag *pflag.Flag) []string { return flag.Annotations[excludes] }

// CheckFlags rejects empty values, flags that cannot be combined, and flags that would
// write the same file. Errors are of kind Usage.
func CheckFlags(flags *pflag.FlagSet) error {
	var wrong error
	var written []*pflag.Flag
	flags.Visit(func(flag *pflag.Flag) {
		if len(flag.Annotations[writes]) > 0 && len(flag.Annotations[filePaths]) > 0 {
			for _, other := range written {
				if wrong == nil && namesSameFile(flag.Value.String(), other.Value.String()) {
					wrong = failure.New(failure.Usage, "--%s and --%s would write the same file", other.Name, flag.Name).
						Hintf("name another file for one of them")
				}
			}
			written = append(written, flag)
		}
		if wrong != nil {
			return
		}
		if len(flag.Annotations[notEmpty]) > 0 && strings.TrimSpace(flag.Value.String()) == "" {
			wrong = failure.New(failure.Usage, "the value of --%s is empty", flag.Name).
				Hintf("omit --%s to use the default", flag.Name)
			return
		}
		for _, other := range ExcludedBy(flag) {
			if o := flags.Lookup(other); o != nil && isSet(o) && isSet(flag) {
				wrong = failure.New(failure.Usage, "--%s and --%s cannot be combined", flag.Name, other).
					Hintf("leave one of them out")
				return
			}
		}
	})
	return wrong
}

// namesSameFile reports whether two paths are of one file, which need not exist. A
// device, such as /dev/null, can be written twice.
func namesSameFile(a, b string) bool {
	of, err := os.Stat(a)
	if err != nil {
		return a != "-" && filepath.Clean(a) == filepath.Clean(b)
	}
	other, err := os.Stat(b)
	return err == nil && of.Mode().IsRegular() && os.SameFile(of, other)
}

// isSet reports whether a flag is set and not =false.
func isSet(flag *pflag.Flag) bool {
	return flag.Changed && (flag.Value.Type() != "bool" || flag.Value.String() == "true")
}

// APICommand is a command of an API that is not an operation: it uses several
// operations and has the flags of a call.
type APICommand struct {
	Name, Takes, Line string // "upload", "<path>…", "Upload files and save them"
	Describe          func() help.Command
	Run               func(cmd *cobra.Command, args []string) error
	Files             bool     // arguments are paths
	Flags             []string // flags of a call that it takes
}

// Usage returns the command's line in the list of an API.
func (c *APICommand) Usage(api string) string { return "epilot " + api + " " + c.Name + " " + c.Takes }

// FlagsOfCalls returns all flags of a call, its own and the global ones.
func FlagsOfCalls() []help.Entry {
	return slices.Concat(FlagEntries(CallCommand().PersistentFlags()), FlagEntries(GlobalCommand().PersistentFlags()))
}

// FlagEntries returns the flags as help lists them.
func FlagEntries(flags *pflag.FlagSet) []help.Entry {
	var entries []help.Entry
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		name := "    --" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", --" + flag.Name
		}
		kind, line := FlagText(flag)
		switch {
		case kind != "" && flag.NoOptDefVal == "":
			name += " " + kind
		case kind != "":
			name += "[=" + kind + "]"
		}
		entries = append(entries, help.Entry{Name: name, Line: line})
	})
	return entries
}

// FlagText returns the kind of a flag's value, such as DURATION, and the description
// of the flag. As in pflag, the kind is in backquotes in the usage string; a flag
// without a value has none.
func FlagText(flag *pflag.Flag) (kind, line string) {
	kind, line = pflag.UnquoteUsage(flag)
	if flag.NoOptDefVal != "" && line == flag.Usage {
		kind = ""
	}
	return kind, line
}

// CallCommand returns a command with the flags of a call, for help and --map.
func CallCommand() *cobra.Command {
	cmd := &cobra.Command{}
	new(CallFlags).AddTo(cmd, new(bool), new(RetryFlags))
	return cmd
}

// GlobalCommand returns a command with the global flags.
func GlobalCommand() *cobra.Command {
	cmd := &cobra.Command{}
	new(GlobalFlags).AddTo(cmd, cobra.NoFileCompletions)
	return cmd
}
