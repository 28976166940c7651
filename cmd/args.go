package cmd

import (
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
)

// role is the role of one argument of a command line.
type role int

const (
	word role = iota
	option
	optionValue // of the preceding option
	dashes      // "--"; everything after it is positional
)

// eachArg calls visit with the role of each argument, according to the known flags.
// An unknown flag takes no value. open reports that the last flag lacks its value.
// visit returns false to stop.
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

// splitArgs moves the positional arguments of a command line in front of its flags:
// "--json -p a=1 entity getEntity x" becomes "entity getEntity x --json -p a=1".
// Flags may thus appear anywhere, even before the API, and the positional arguments
// tell which API's commands are needed. Everything after "--" is positional. An
// unknown flag keeps its place among the flags, so that pflag reports it. open
// reports that the last flag lacks its value.
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

// flagOf returns the first flag in an argument such as "--json", "-p" or "-vip", or
// nil. last is the flag at its end, nil if that is unknown or has its value in the
// argument: "-p" needs a value, "-pid=1" does not.
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

// valueOf returns the value of a flag on the command line, or "".
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

// checkValues rejects a flag value that is spelled like another flag: it is probably
// an unset shell variable, and the swallowed flag may be --dry-run. Such a value can
// still be passed with "=".
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

// spelling returns the flag of an argument without its value, which may be a token.
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

// isFlag reports whether pflag would parse the argument as known flags.
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
