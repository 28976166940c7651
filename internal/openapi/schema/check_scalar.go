package schema

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/suggest"
)

func (c *checker) enum(s *openapi.Schema, value any, at location) []Fault {
	if len(s.Enum) == 0 && s.Const == "" {
		return nil
	}
	key := canonical(value)
	var faults []Fault
	for _, values := range [][]string{s.Enum, constants(s)} {
		if len(values) > 0 && !slices.Contains(canonicals(values), key) {
			faults = append(faults, at.fault("%s", mustBe(values, value))...)
		}
	}
	return faults
}

func constants(s *openapi.Schema) []string {
	if s.Const == "" {
		return nil
	}
	return []string{s.Const}
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
	return message + closest(value, unquoted(values))
}

// closest is the end of a message: the nearest of the words, when one is near.
func closest(value any, texts []string) string {
	text, ok := value.(string)
	if !ok {
		return ""
	}
	if near := suggest.Match(text, texts); near != "" {
		return "; did you mean " + quote(near) + "?"
	}
	return ""
}

// unquoted are the strings among JSON texts.
func unquoted(texts []string) []string {
	var quoted []string
	for _, text := range texts {
		if v, err := Decode([]byte(text)); err == nil {
			if word, ok := v.(string); ok {
				quoted = append(quoted, word)
			}
		}
	}
	return quoted
}

func (c *checker) text(s *openapi.Schema, text string, at location) []Fault {
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
	if !fitsFormat(s.Format, text) && !contradicted(s) {
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

// fitsFormat checks the formats whose text has one form everywhere. Every
// other format passes: it is a remark, not a rule.
func fitsFormat(format, text string) bool {
	switch format {
	case "date-time":
		return isDateTime(text)
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case "uuid":
		return isUUID(text)
	case "email":
		local, domain, ok := strings.Cut(text, "@")
		return ok && local != "" && domain != "" && !strings.ContainsAny(text, " \t\r\n") && !strings.Contains(domain, "@")
	case "uri":
		u, err := url.Parse(text)
		return err == nil && u.Scheme != ""
	}
	return true
}

// contradicted reports whether the schema's own lengths exclude its format:
// nothing would fit it, so the format is a remark there.
func contradicted(s *openapi.Schema) bool {
	least, most := formatLengths(s.Format)
	return s.MaxLength != nil && *s.MaxLength < least || s.MinLength != nil && *s.MinLength > most
}

// formatLengths are the fewest and the most characters of a format's texts.
func formatLengths(format string) (least, most int) {
	switch format {
	case "uuid":
		return 36, 36
	case "date":
		return 10, 10
	case "date-time":
		return 20, math.MaxInt
	case "email":
		return 3, math.MaxInt
	}
	return 2, math.MaxInt
}

// isDateTime is RFC 3339, section 5.6, leap seconds included.
func isDateTime(text string) bool {
	text = strings.ToUpper(text)
	if len(text) > 19 && text[17:19] == "60" {
		text = text[:17] + "59" + text[19:]
	}
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (text[i] == '-') || !dash && strings.IndexByte("0123456789abcdefABCDEF", text[i]) < 0 {
			return false
		}
	}
	return true
}

func formatName(format string) string {
	switch format {
	case "date-time":
		return "a date and time such as 2024-01-31T12:00:00Z"
	case "date":
		return "a date such as 2024-01-31"
	case "uuid":
		return "a UUID"
	case "email":
		return "an email address"
	}
	return "a URI such as https://example.com/path"
}
