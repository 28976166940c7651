package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
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

// maxListed is the maximum number of allowed values in a message.
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

// closest returns the end of a message: the nearest allowed value, if one is near.
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

// unquoted returns the strings among JSON values.
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
		faults = append(faults, at.fault("must have at least %s, has %d", failure.Count(*s.MinLength, "character"), length)...)
	}
	if s.MaxLength != nil && length > *s.MaxLength {
		faults = append(faults, at.fault("must have at most %s, has %d", failure.Count(*s.MaxLength, "character"), length)...)
	}
	if expression := s.Expression(); expression != nil && !expression.MatchString(text) {
		faults = append(faults, at.fault("must match the pattern %s", s.Pattern)...)
	}
	if !fitsFormat(s.Format, text) && !contradicted(s) {
		faults = append(faults, at.fault("must be %s", formatName(s.Format))...)
	}
	return faults
}

// fitsFormat checks the formats with a single universal syntax. All other formats
// pass: they are annotations, not rules.
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

// contradicted reports whether the schema's length limits exclude its format: no
// value would match, so the format is treated as an annotation.
func contradicted(s *openapi.Schema) bool {
	least, most := formatLengths(s.Format)
	return s.MaxLength != nil && *s.MaxLength < least || s.MinLength != nil && *s.MinLength > most
}

// formatLengths returns the minimum and maximum number of characters of a format.
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

// isDateTime checks RFC 3339, section 5.6, including leap seconds.
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

func checkNumber(s *openapi.Schema, value any, at location) []Fault {
	number, ok := value.(json.Number)
	if !ok {
		return nil
	}
	d := parseDecimal(string(number))
	var faults []Fault
	for _, limit := range limits(s) {
		if order := d.compare(parseDecimal(limit.bound)); order != limit.side && (order != 0 || limit.excluded) {
			faults = append(faults, at.fault("must be %s %s", limit.String(), limit.bound)...)
		}
	}
	if s.MultipleOf != "" && !isMultiple(d, parseDecimal(s.MultipleOf)) {
		faults = append(faults, at.fault("must be a multiple of %s", s.MultipleOf)...)
	}
	return faults
}

// limit is a bound and the result of compare that it allows.
type limit struct {
	bound    string
	side     int
	excluded bool
}

func (l limit) String() string {
	switch {
	case l.side > 0 && l.excluded:
		return "more than"
	case l.side > 0:
		return "at least"
	case l.excluded:
		return "less than"
	}
	return "at most"
}

func limits(s *openapi.Schema) []limit {
	var list []limit
	switch s.Format {
	case "int32":
		list = append(list, limit{"-2147483648", 1, false}, limit{"2147483647", -1, false})
	case "int64":
		list = append(list, limit{"-9223372036854775808", 1, false}, limit{"9223372036854775807", -1, false})
	}
	list = append(list, limit{s.Minimum, 1, s.ExclusiveMinimum}, limit{s.Maximum, -1, s.ExclusiveMaximum})
	return slices.DeleteFunc(list, func(l limit) bool { return l.bound == "" })
}

func isMultiple(d, step decimal) bool {
	number, ok := d.rat()
	divisor, known := step.rat()
	if !ok || !known || divisor.Sign() == 0 {
		return true
	}
	return number.Quo(number, divisor).IsInt()
}

// decimal is an exact JSON number: 0.digits × 10^exponent, where digits has no
// leading or trailing zeros. Zero has no digits. Large exponents cost nothing,
// whereas math/big would exhaust memory.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

const (
	maxExponent = 1 << 40 // beyond it, all numbers compare as equally large
	maxDigits   = 1000    // longer numbers are not divided
)

// parseDecimal parses a valid JSON number.
func parseDecimal(text string) decimal {
	text, negative := strings.CutPrefix(text, "-")
	mantissa, power, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	exponent := int64(len(whole)) + parsePower(power)
	trimmed := strings.TrimLeft(digits, "0")
	exponent -= int64(len(digits) - len(trimmed))
	trimmed = strings.TrimRight(trimmed, "0")
	if trimmed == "" {
		return decimal{}
	}
	return decimal{negative, trimmed, exponent}
}

func parsePower(text string) int64 {
	if text == "" {
		return 0
	}
	power, err := strconv.ParseInt(text, 10, 64)
	if err != nil && strings.HasPrefix(text, "-") {
		return -maxExponent
	}
	if err != nil {
		return maxExponent
	}
	return max(min(power, maxExponent), -maxExponent)
}

func (d decimal) compare(e decimal) int {
	if d.sign() != e.sign() {
		return cmp.Compare(d.sign(), e.sign())
	}
	return d.sign() * d.compareSize(e)
}

func (d decimal) compareSize(e decimal) int {
	if d.exponent != e.exponent {
		return cmp.Compare(d.exponent, e.exponent)
	}
	return strings.Compare(d.digits, e.digits)
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// isInteger also accepts 1.0 and 1e2:
// https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.3
func (d decimal) isInteger() bool { return int64(len(d.digits)) <= d.exponent || d.digits == "" }

// rat returns the number for arithmetic; false if it is too long.
func (d decimal) rat() (*big.Rat, bool) {
	if len(d.digits) > maxDigits || d.exponent > maxDigits || d.exponent < -maxDigits {
		return nil, false
	}
	text := "0." + d.digits + "e" + strconv.FormatInt(d.exponent, 10)
	if d.digits == "" {
		text = "0"
	}
	r, ok := new(big.Rat).SetString(text)
	if ok && d.negative {
		r.Neg(r)
	}
	return r, ok
}

// NumberKey returns a canonical string for a JSON number: the same for 1, 1.0 and
// 10e-1, with any number of digits.
func NumberKey(text string) string { return parseDecimal(text).key() }

// key returns a string that is the same for equal numbers.
func (d decimal) key() string {
	return strconv.Itoa(d.sign()) + d.digits + "e" + strconv.FormatInt(d.exponent, 10)
}
