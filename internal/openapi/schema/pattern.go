package schema

import (
	"regexp/syntax"
	"strconv"
	"strings"
)

// DescribePattern says in words which texts match a regular expression: "letters,
// digits, _ and -, 1 to 100 characters". It knows one or two sets of characters; other
// expressions are returned as they are: "matching ^…$".
func DescribePattern(pattern string) string {
	other := "matching " + pattern
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || parsed.Op != syntax.OpConcat {
		return other
	}
	parts := parsed.Sub
	last := len(parts) - 1
	if last < 2 || parts[0].Op != syntax.OpBeginText || parts[last].Op != syntax.OpEndText {
		return other
	}
	switch parts = parts[1:last]; len(parts) {
	case 1:
		if set, count, ok := repeated(parts[0], 0); ok {
			return set + count
		}
	case 2:
		first := characters(parts[0])
		if set, count, ok := repeated(parts[1], 1); ok && first != nil {
			return set + ", the first " + singular(first) + count
		}
	}
	return other
}

// repeated describes a repeated set of characters and how many there can be, with
// those before it.
func repeated(r *syntax.Regexp, before int) (set, count string, ok bool) {
	least, most := r.Min, r.Max
	switch r.Op {
	case syntax.OpPlus, syntax.OpStar:
		least, most = 0, -1 // required or not is told elsewhere
	case syntax.OpRepeat:
	default:
		return "", "", false
	}
	least, most = least+before, most+min(before, most+1)
	switch {
	case r.Op == syntax.OpRepeat && most < 0:
		count = ", at least " + strconv.Itoa(least) + " characters"
	case r.Op == syntax.OpRepeat && least == most:
		count = ", " + strconv.Itoa(most) + " characters"
	case r.Op == syntax.OpRepeat:
		count = ", " + strconv.Itoa(least) + " to " + strconv.Itoa(most) + " characters"
	}
	names := characters(r.Sub[0])
	return join(names, " and "), count, names != nil
}

// singular returns "a letter or digit" for letters and digits.
func singular(names []string) string {
	each := make([]string, len(names))
	for i, name := range names {
		each[i] = strings.TrimSuffix(name, "s")
	}
	text := join(each, " or ")
	switch {
	case len(each[0]) == 1: // a character itself
		return text
	case strings.HasPrefix(text, "upper"):
		return "an " + text
	}
	return "a " + text
}

func join(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + last + names[len(names)-1]
}

// characters names the members of a set of ASCII characters, such as "letters",
// "digits" and "_". It returns nil for other expressions.
func characters(r *syntax.Regexp) []string {
	if r.Op != syntax.OpCharClass {
		return nil
	}
	var small, capital, digits, hexadecimal bool
	var names, others []string
	for i := 0; i+1 < len(r.Rune); i += 2 {
		switch from, to := r.Rune[i], r.Rune[i+1]; {
		case from == 'a' && to == 'z':
			small = true
		case from == 'A' && to == 'Z':
			capital = true
		case from == '0' && to == '9':
			digits = true
		case from == 'a' && to == 'f', from == 'A' && to == 'F':
			hexadecimal = true
		case from > ' ' && to <= '~' && to-from < 4:
			for c := from; c <= to; c++ {
				others = append(others, string(c))
			}
		default:
			return nil
		}
	}
	if hexadecimal && (small || capital || !digits) {
		return nil
	}
	for _, name := range []struct {
		is   bool
		name string
	}{
		{small && capital, "letters"},
		{small && !capital, "lower-case letters"},
		{capital && !small, "upper-case letters"},
		{hexadecimal, "hexadecimal digits"},
		{digits && !hexadecimal, "digits"},
	} {
		if name.is {
			names = append(names, name.name)
		}
	}
	return append(names, others...)
}
