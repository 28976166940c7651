package cmd

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
)

// role is what one argument of a line is.
type role int

const (
	word role = iota
	option
	optionValue // of the option before it
	dashes      // "--", behind which all are words
)

// eachArg tells visit the role of each argument, as the known flags have it. A
// flag that is unknown takes no value. open reports that the last flag lacks its
// value. visit ends the walk with false.
func eachArg(args []string, flagSets []*pflag.FlagSet, visit func(at int, r role) bool) (open bool) {
	valueNext, bare := false, false
	for at, arg := range args {
		r := word
		switch {
		case bare:
		case valueNext:
			r, valueNext = optionValue, false
		case arg == "--":
			r, bare = dashes, true
		case strings.HasPrefix(arg, "-") && arg != "-":
			r, valueNext = option, wantsValue(flagSets, arg)
		}
		if !visit(at, r) {
			return false
		}
	}
	return valueNext
}

// splitArgs moves the words of a command line in front of its flags and
// returns them: "--json -p a=1 entity getEntity x" becomes
// "entity getEntity x --json -p a=1". Flags may so stand anywhere, before the
// API too, and the words say which API's commands are needed. What follows
// "--" is words, whatever it looks like; a flag that nobody knows keeps its
// place among the flags, where pflag will name it. open reports that the last
// flag lacks its value.
func splitArgs(args []string, flagSets ...*pflag.FlagSet) (positional, options []string, open bool) {
	open = eachArg(args, flagSets, func(at int, r role) bool {
		switch r {
		case word:
			positional = append(positional, args[at])
		case option, optionValue:
			options = append(options, args[at])
		}
		return true
	})
	return positional, options, open
}

// wantsValue reports whether the next argument is the flag's value.
func wantsValue(flagSets []*pflag.FlagSet, arg string) bool {
	_, last := flagOf(flagSets, arg)
	return last != nil && last.NoOptDefVal == ""
}

// flagOf is the first flag that an argument such as "--json", "-p" or "-vip"
// names, nil for none; last is the one at its end, nil where that is unknown or
// has its value in the argument: "-p" waits for one, "-pid=1" does not.
func flagOf(flagSets []*pflag.FlagSet, arg string) (first, last *pflag.Flag) {
	if name, long := strings.CutPrefix(arg, "--"); long {
		name, _, valued := strings.Cut(name, "=")
		first = find(flagSets, func(flags *pflag.FlagSet) *pflag.Flag { return flags.Lookup(name) })
		if valued {
			return first, nil
		}
		return first, first
	}
	for i, letter := range arg[1:] {
		if letter > '~' || i > 0 && letter == '=' {
			return first, nil
		}
		flag := find(flagSets, func(flags *pflag.FlagSet) *pflag.Flag { return flags.ShorthandLookup(string(letter)) })
		switch {
		case flag == nil:
			return nil, nil
		case first == nil:
			first = flag
		}
		if flag.NoOptDefVal == "" {
			if i == len(arg)-2 {
				return first, flag
			}
			return first, nil
		}
		last = flag
	}
	return first, last
}

func find(flagSets []*pflag.FlagSet, lookup func(*pflag.FlagSet) *pflag.Flag) *pflag.Flag {
	for _, flags := range flagSets {
		if flag := lookup(flags); flag != nil {
			return flag
		}
	}
	return nil
}

// valueOf is the value that the line gives a flag, "" where it gives none.
func valueOf(name string, args []string, flagSets ...*pflag.FlagSet) (value string) {
	eachArg(args, flagSets, func(at int, r role) bool {
		switch text, attached := strings.CutPrefix(args[at], "--"+name+"="); {
		case r == option && attached:
			value = text
		case r == optionValue && args[at-1] == "--"+name:
			value = args[at]
		}
		return true
	})
	return value
}

// checkValues refuses a flag's value that is spelled like another flag: the
// value is a shell variable that is not set, and the flag behind it would be
// lost, which may be --dry-run. One that is meant is written with "=".
func checkValues(args []string, flagSets ...*pflag.FlagSet) error {
	var lost error
	eachArg(args, flagSets, func(at int, r role) bool {
		if r != optionValue || !isFlag(flagSets, args[at]) {
			return true
		}
		_, flag := flagOf(flagSets, args[at-1])
		lost = failure.New(failure.Usage, "--%s has no value: the next argument is %s", flag.Name, spelling(args[at])).
			Hintf("write --%s=%s if you mean it", flag.Name, spelling(args[at]))
		return false
	})
	return lost
}

// spelling is the flag of an argument without the value in it: that may be a
// token.
func spelling(arg string) string {
	name, _, valued := strings.Cut(arg, "=")
	if !strings.HasPrefix(arg, "--") && len(name) > 2 {
		name, valued = name[:2], true
	}
	if valued {
		name += "…"
	}
	return name
}

// isFlag reports whether pflag would take the argument for known flags.
func isFlag(flagSets []*pflag.FlagSet, arg string) bool {
	switch {
	case arg == "--":
		return true
	case !strings.HasPrefix(arg, "-") || arg == "-":
		return false
	}
	first, _ := flagOf(flagSets, arg)
	return first != nil
}
