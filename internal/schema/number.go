package schema

import (
	"encoding/json"
	"slices"

	"github.com/epilot-cli/epilot/internal/operation"
)

func checkNumber(s *operation.Schema, value any, at place) []Fault {
	number, ok := value.(json.Number)
	if !ok {
		return nil
	}
	d := parseDecimal(string(number))
	var faults []Fault
	for _, limit := range limits(s) {
		if order := d.compare(parseDecimal(limit.bound)); order != limit.side && (order != 0 || limit.excluded) {
			faults = append(faults, at.fault("must be %s %s", limit.words(), limit.bound)...)
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

func (l limit) words() string {
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

func limits(s *operation.Schema) []limit {
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
