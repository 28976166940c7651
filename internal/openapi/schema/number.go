package schema

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

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

// limit is a bound and the side of it, as compare has it, that is allowed.
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

// decimal is a JSON number without rounding: 0.digits × 10^exponent, where
// digits begin and end with another digit than 0. Zero has no digits. Big
// exponents cost nothing, where math/big would fill the memory.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

const (
	maxExponent = 1 << 40 // beyond it all numbers count as equally far
	maxDigits   = 1000    // numbers that are longer written out are not divided
)

// parseDecimal reads the text of a valid JSON number.
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

// isInteger holds for 1.0 and 1e2 too: https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.3
func (d decimal) isInteger() bool { return int64(len(d.digits)) <= d.exponent || d.digits == "" }

// rat is the number for calculations; false when it is too long for them.
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

// key is the same for equal numbers.
func (d decimal) key() string {
	return strconv.Itoa(d.sign()) + d.digits + "e" + strconv.FormatInt(d.exponent, 10)
}
