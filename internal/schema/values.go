package schema

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/operation"
)

func (c *checker) enum(s *operation.Schema, value any, at place) []Fault {
	values := allowed(s)
	if len(values) == 0 {
		return nil
	}
	key := canonical(value)
	for _, text := range values {
		if v, err := Decode([]byte(text)); err == nil && canonical(v) == key {
			return nil
		}
	}
	return at.fault("%s", mustBe(values, value))
}

// maxListed is how many allowed values a message lists.
const maxListed = 40

func mustBe(values []string, value any) string {
	listed := strings.Join(values[:min(len(values), maxListed)], ", ")
	if hidden := len(values) - maxListed; hidden > 0 {
		listed += fmt.Sprintf(" and %d more", hidden)
	}
	message := "must be one of " + listed
	if len(values) == 1 {
		message = "must be " + listed
	}
	return message + meant(value, unquoted(values))
}

// meant is the end of a message: the nearest of the words, when one is near.
func meant(value any, words []string) string {
	text, ok := value.(string)
	if !ok {
		return ""
	}
	if near := nearest.Match(text, words); near != "" {
		return "; did you mean " + quote(near) + "?"
	}
	return ""
}

// unquoted are the strings among JSON texts.
func unquoted(texts []string) []string {
	var words []string
	for _, text := range texts {
		if v, err := Decode([]byte(text)); err == nil {
			if word, ok := v.(string); ok {
				words = append(words, word)
			}
		}
	}
	return words
}

func (c *checker) text(s *operation.Schema, text string, at place) []Fault {
	var faults []Fault
	length := utf8.RuneCountInString(text)
	if s.MinLength != nil && length < *s.MinLength {
		faults = append(faults, at.fault("must have at least %s, has %d", count(*s.MinLength, "character"), length)...)
	}
	if s.MaxLength != nil && length > *s.MaxLength {
		faults = append(faults, at.fault("must have at most %s, has %d", count(*s.MaxLength, "character"), length)...)
	}
	if !c.matches(s.Pattern, text) {
		faults = append(faults, at.fault("must match the pattern %s", s.Pattern)...)
	}
	if !fitsFormat(s.Format, text) {
		faults = append(faults, at.fault("must be %s", formatName(s.Format))...)
	}
	return faults
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// matches skips the patterns of ECMA 262 that RE2 cannot compile.
func (c *checker) matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	expression, known := c.patterns[pattern]
	if !known {
		expression, _ = regexp.Compile(pattern)
		c.patterns[pattern] = expression
	}
	return expression == nil || expression.MatchString(text)
}
