package cmd

import (
	"strings"

	"github.com/spf13/pflag"
)

// wordsFirst moves the words of a command line in front of its flags and
// returns them: "--json -p a=1 entity getEntity x" becomes
// "entity getEntity x --json -p a=1". Flags may so stand anywhere, before the
// API too, and the words say which API's commands are needed. What follows
// "--" is words, whatever it looks like; a flag that nobody knows keeps its
// place among the flags, where pflag will name it. open reports that the last
// flag lacks its value.
func wordsFirst(args []string, known ...*pflag.FlagSet) (words, options []string, open bool) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			return append(words, args[i+1:]...), options, false
		case !strings.HasPrefix(arg, "-") || arg == "-":
			words = append(words, arg)
		default:
			options = append(options, arg)
			if !wantsValue(known, arg) {
				continue
			}
			if i++; i == len(args) {
				return words, options, true
			}
			options = append(options, args[i])
		}
	}
	return words, options, false
}

// wantsValue reports whether the next argument is the flag's value.
func wantsValue(known []*pflag.FlagSet, arg string) bool {
	if name, long := strings.CutPrefix(arg, "--"); long {
		flag := find(known, func(flags *pflag.FlagSet) *pflag.Flag { return flags.Lookup(name) })
		return flag != nil && flag.NoOptDefVal == ""
	}
	for i, letter := range arg[1:] {
		if letter > '~' {
			return false
		}
		flag := find(known, func(flags *pflag.FlagSet) *pflag.Flag { return flags.ShorthandLookup(string(letter)) })
		if flag == nil {
			return false
		}
		if flag.NoOptDefVal == "" {
			return i == len(arg)-2 // "-p" takes the next argument, "-pid=1" has its value
		}
	}
	return false
}

func find(known []*pflag.FlagSet, lookup func(*pflag.FlagSet) *pflag.Flag) *pflag.Flag {
	for _, flags := range known {
		if flag := lookup(flags); flag != nil {
			return flag
		}
	}
	return nil
}
