package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/catalog"
)

// commandLine is what stands before the cursor, read as far as it goes: it is
// not finished, and may be wrong.
type commandLine struct {
	*callOptions
	root  *cobra.Command
	cmd   *cobra.Command // the fixed command that the words name; nil for a call
	flags *pflag.FlagSet // those that may stand here
	words []string       // whole ones; without those that name the fixed command
	help  bool           // "help" stands in front of them
	typed string         // the word at the cursor, up to it

	flag  *pflag.Flag // whose value is at the cursor
	start int         // where in typed that value begins
	bare  bool        // what follows "--" is no flag
}

// readLine reads the arguments before the cursor and the one at it.
func (a *App) readLine(before []string, typed string) *commandLine {
	root, o := newRootCmd(a, before)
	l := &commandLine{callOptions: o, root: root, typed: typed}
	l.flags = pflag.NewFlagSet("line", pflag.ContinueOnError)
	l.flags.SortFlags = false
	l.flags.AddFlagSet(o.callFlags)
	l.flags.AddFlagSet(root.PersistentFlags())
	words, options, open := wordsFirst(before, l.flags)
	if len(words) > 0 && words[0] == "help" {
		l.help, words = true, words[1:]
	}
	if len(words) > 0 && isCommand(words[0]) {
		l.cmd = fixedCommand(root, words)
		l.flags = l.commandFlags()
		words, options, open = wordsFirst(before, l.flags)
		words = l.below(words)
	}
	l.words = words
	l.parse(options, open)
	l.bare = !open && behindDashes(l.flags, before)
	l.place(options, open)
	return l
}

// fixedCommand is the command that the words name, as far as they name one.
func fixedCommand(root *cobra.Command, words []string) *cobra.Command {
	cmd := root
	for _, word := range words {
		at := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == word || c.HasAlias(word) })
		if at < 0 {
			break
		}
		cmd = cmd.Commands()[at]
	}
	return cmd
}

func (l *commandLine) commandFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("line", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.AddFlagSet(l.cmd.Flags()) // first: an own flag hides the one of that name for all
	flags.AddFlagSet(l.cmd.PersistentFlags())
	flags.AddFlagSet(l.root.PersistentFlags())
	return flags
}

// below are the words behind those that name the command.
func (l *commandLine) below(words []string) []string {
	if len(words) > 0 && words[0] == "help" {
		words = words[1:]
	}
	for cmd := l.cmd; cmd != l.root && len(words) > 0; cmd = cmd.Parent() {
		words = words[1:]
	}
	return words
}

// parse gives the options of this line their values. One that is wrong is left
// out: the call will say so.
func (l *commandLine) parse(options []string, open bool) {
	if open {
		options = options[:len(options)-1]
	}
	l.flags.ParseErrorsAllowlist.UnknownFlags = true
	_ = l.flags.Parse(options)
	if catalog.IsURL(l.definition) {
		l.definition = "" // nothing is fetched for a Tab
	}
}

// behindDashes tells whether a flag at the end would be a word.
func behindDashes(flags *pflag.FlagSet, before []string) bool {
	words, _, _ := wordsFirst(slices.Concat(before, []string{"--help"}), flags)
	return len(words) > 0 && words[len(words)-1] == "--help"
}

// place finds the flag whose value is at the cursor.
func (l *commandLine) place(options []string, open bool) {
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
		l.placeShort()
	}
}

// placeShort finds the value behind short flags, as in -vpkey or -o=table.
func (l *commandLine) placeShort() {
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

// value is what was typed of the value, or of the word.
func (l *commandLine) value() string { return l.typed[l.start:] }

// inShell is what the shell's script expects for a value: the whole word, but
// only what follows the first "=" where the word is a flag that has one.
func (l *commandLine) inShell(value string) string {
	word := l.typed[:l.start] + value
	if l.bare || !strings.HasPrefix(l.typed, "-") {
		return word
	}
	return word[strings.IndexByte(l.typed, '=')+1:]
}
