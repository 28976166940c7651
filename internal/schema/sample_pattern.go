package schema

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// patternSamples are texts that the pattern matches, short ones first; none
// where RE2 cannot read it.
func patternSamples(pattern string) []string {
	expression, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	var list []string
	for _, more := range []int{0, 1, 2, 4, 8, 16, 32, 64} {
		var b strings.Builder
		writeMatch(&b, expression, more, nil)
		list = append(list, b.String())
	}
	return list
}

// writeMatch writes a text that the expression matches, with its repetitions
// repeated up to that many times more than they must be. Where there is a
// choice, chance makes it.
func writeMatch(b *strings.Builder, e *syntax.Regexp, more int, chance *rand.Rand) {
	if b.Len() > maxLength {
		return
	}
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		b.WriteRune(oneOf(e.Rune, chance))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		for range repetitions(e, more) {
			writeMatch(b, e.Sub[0], more, chance)
		}
	case syntax.OpAlternate:
		writeMatch(b, e.Sub[draw(chance, len(e.Sub))], more, chance)
	case syntax.OpConcat, syntax.OpCapture:
		for _, part := range e.Sub {
			writeMatch(b, part, more, chance)
		}
	}
}

func repetitions(e *syntax.Regexp, more int) int {
	switch e.Op {
	case syntax.OpStar:
		return more
	case syntax.OpPlus:
		return 1 + more
	case syntax.OpQuest:
		return min(more, 1)
	}
	if e.Max < 0 {
		return e.Min + more
	}
	return min(e.Min+more, e.Max)
}

// oneOf picks a rune of a class: by chance a letter, a digit, - or _ where it
// has some.
func oneOf(class []rune, chance *rand.Rand) rune {
	if chance == nil {
		return readable(class)
	}
	var among []rune
	for _, r := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= r && r <= class[i+1] {
				among = append(among, r)
			}
		}
	}
	if len(among) == 0 {
		return readable(class)
	}
	return among[chance.IntN(len(among))]
}

// readable picks a rune of a class, a letter or digit where it has one. The
// class is a list of first and last runes.
func readable(class []rune) rune {
	for _, wanted := range "aA1" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= wanted && wanted <= class[i+1] {
				return wanted
			}
		}
	}
	for i := 0; i+1 < len(class); i += 2 {
		if class[i+1] > ' ' {
			return max(class[i], '!')
		}
	}
	return ' '
}
