package alias

import (
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/shell"
)

// Expand is what an alias stands for, with the arguments behind its name: $1 is the
// first of them, $@ are those that no $N takes, which are added at the end where
// there is no $@. Within a string of JSON an argument is escaped, so that it stays
// a part of that string. Errors are of kind Usage.
func Expand(name, command string, args []string) ([]string, error) {
	words, err := shell.Template("the alias "+name, command)
	if err != nil {
		return nil, err
	}
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		return Begin(name, command, args)
	}
	wanted := highest(words)
	args, literal := withoutDashes(args, wanted)
	for i, arg := range args[:min(wanted, len(args))] {
		if len(arg) > 1 && arg[0] == '-' && !literal {
			return nil, failure.New(failure.Usage, "the flag %s stands where the alias %s wants $%d", arg, name, i+1).
				Hintf("write flags behind the arguments: epilot %s%s [flags]", name, arguments(wanted))
		}
	}
	if len(args) < wanted {
		return nil, failure.New(failure.Usage, "the alias %s needs %s, got %d", name, counted(wanted), len(args)).
			Hintf("write epilot %s%s; it stands for: %s", name, arguments(wanted), command)
	}
	rest := args[wanted:]
	if literal && len(rest) > 0 {
		rest = slices.Concat([]string{"--"}, rest)
	}
	return fill(words, args, rest), nil
}

// Begin is Expand for a line that is not finished, or that asks for help: what is
// missing is empty.
func Begin(name, command string, args []string) ([]string, error) {
	words, err := shell.Template("the alias "+name, command)
	if err != nil {
		return nil, err
	}
	wanted := highest(words)
	isFlag := func(arg string) bool { return strings.HasPrefix(arg, "-") }
	values := args
	if i := slices.IndexFunc(args, isFlag); i >= 0 {
		values = args[:i]
	}
	rest := args[min(len(values), wanted):]
	return fill(words, values, rest), nil
}

func counted(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return strconv.Itoa(n) + " arguments"
}

// arguments are the arguments that an alias needs, as its usage has them.
func arguments(wanted int) string {
	usage := ""
	for n := range wanted {
		usage += " <" + strconv.Itoa(n+1) + ">"
	}
	return usage
}

// withoutDashes takes "--" from the arguments that fill $N: behind it none is a
// flag.
func withoutDashes(args []string, wanted int) (without []string, literal bool) {
	if i := slices.Index(args, "--"); i >= 0 && i < wanted {
		return slices.Concat(args[:i], args[i+1:]), true
	}
	return args, false
}

// highest is the largest N of $N in the words.
func highest(words []string) int {
	most := 0
	for _, word := range words {
		for i := range word {
			if n, _ := placeholder(word[i:]); n > most {
				most = n
			}
		}
	}
	return most
}

// placeholder is the number of a text that begins with $N, and how long that is.
func placeholder(text string) (n, length int) {
	if len(text) < 2 || text[0] != '$' || text[1] < '1' || text[1] > '9' {
		return 0, 0
	}
	length = 2
	for length < len(text) && length < 4 && '0' <= text[length] && text[length] <= '9' {
		length++
	}
	n, _ = strconv.Atoi(text[1:length])
	return n, length
}

const allOthers = "$@"

// fill puts the arguments into the words.
func fill(words, args, rest []string) []string {
	var filled []string
	placed := false
	for _, word := range words {
		if word == allOthers {
			filled, placed = append(filled, rest...), true
			continue
		}
		placed = placed || strings.Contains(word, allOthers)
		filled = append(filled, fillWord(word, args, rest))
	}
	if placed {
		return filled
	}
	return append(filled, rest...)
}

func fillWord(word string, args, rest []string) string {
	isJSON := strings.HasPrefix(word, "{") || strings.HasPrefix(word, "[")
	var out strings.Builder
	inString := false
	put := func(text string) {
		if inString {
			quoted := string(jsonx.Quote(text))
			text = quoted[1 : len(quoted)-1]
		}
		out.WriteString(text)
	}
	for i := 0; i < len(word); {
		n, length := placeholder(word[i:])
		switch {
		case n > 0 && n <= len(args):
			put(args[n-1])
		case n > 0:
		case strings.HasPrefix(word[i:], allOthers):
			length = len(allOthers)
			put(strings.Join(rest, " "))
		case isJSON && inString && word[i] == '\\' && i+1 < len(word):
			length = 2
			out.WriteString(word[i : i+2])
		default:
			length = 1
			inString = inString != (isJSON && word[i] == '"')
			out.WriteByte(word[i])
		}
		i += length
	}
	return out.String()
}
