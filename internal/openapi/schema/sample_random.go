package schema

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// draw returns a number in [0, n), or 0 without chance.
func draw(chance *rand.Rand, n int) int {
	if chance == nil || n < 2 {
		return 0
	}
	return chance.IntN(n)
}

// shuffled returns the list in random order, or unchanged without chance.
func shuffled[T any](chance *rand.Rand, list []T) []T {
	if chance == nil || len(list) < 2 {
		return list
	}
	list = slices.Clone(list)
	chance.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// likes decides on an optional part: it is included in two of three cases.
func (m *sampler) likes() bool { return m.chance == nil || m.chance.IntN(3) > 0 }

func (m *sampler) truth() string {
	if draw(m.chance, 2) == 1 {
		return "false"
	}
	return "true"
}

// length returns the number of elements of an array: wanted, or a random number
// within the limits.
func (m *sampler) length(s *openapi.Schema, wanted int) int {
	if m.chance == nil || !m.wantsAll() || s.Items == nil || !m.isWorthwhile(s.Items) {
		return wanted
	}
	least, most := 0, 3
	if s.MinItems != nil {
		least = min(*s.MinItems, maxElements)
	}
	most = max(most, least)
	if s.MaxItems != nil {
		most = max(min(most, *s.MaxItems), least)
	}
	return least + draw(m.chance, most-least+1)
}

// numbers returns random numbers within the limits.
func (m *sampler) numbers(s *openapi.Schema) []string {
	low, hasLow := bound(s.Minimum)
	high, hasHigh := bound(s.Maximum)
	span := big.NewRat(1000, 1)
	switch {
	case hasLow && hasHigh:
		span = new(big.Rat).Sub(high, low)
	case hasHigh:
		low = new(big.Rat).Sub(high, span)
	case !hasLow:
		low = new(big.Rat)
	}
	step := big.NewRat(1, 1)
	if r, ok := parseDecimal(s.MultipleOf).rat(); ok && r.Sign() > 0 {
		step = r
	}
	var list []string
	for range 4 {
		part := new(big.Rat).Mul(span, big.NewRat(int64(m.chance.IntN(1001)), 1000))
		at := part.Add(part, low)
		list = append(list, onGrid(at, step, 0))
		if s.MultipleOf == "" && !s.Is("integer") {
			list = append(list, decimalText(at))
		}
	}
	return list
}

// texts returns random strings in the order to try.
func (m *sampler) texts(s *openapi.Schema) []string {
	if s.Pattern != "" {
		return append(m.matches(s), "")
	}
	if text := m.formatted(s.Format); text != "" {
		return []string{text}
	}
	list := []string{m.named(m.chance.IntN(maxElements))}
	if value, err := Decode([]byte(s.Example)); err == nil {
		example, _ := value.(string)
		list = shuffled(m.chance, append(list, example))
	}
	return append(list, m.phrase(s))
}

// matches returns strings of several lengths that match the pattern.
func (m *sampler) matches(s *openapi.Schema) []string {
	expression, err := syntax.Parse(s.Pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	var list []string
	for _, more := range []int{m.chance.IntN(8), m.chance.IntN(8), 0, 4, 16, 32} {
		var b strings.Builder
		writeMatch(&b, expression, more, m.chance)
		list = append(list, b.String())
	}
	return list
}

// phrase returns a string of letters within the length limits.
func (m *sampler) phrase(s *openapi.Schema) string {
	least, most := 3, 12
	if s.MinLength != nil {
		least, most = min(*s.MinLength, maxLength), max(most, *s.MinLength)
	}
	if s.MaxLength != nil {
		most = min(most, max(*s.MaxLength, 0))
		least = min(least, most)
	}
	wanted := least + draw(m.chance, min(most, maxLength)-least+1)
	var b strings.Builder
	for utf8.RuneCountInString(b.String()) < wanted {
		b.WriteByte(byte('a' + m.chance.IntN(26)))
	}
	return b.String()
}

// formatted returns a random string of a format, or "" if it is unknown.
func (m *sampler) formatted(format string) string {
	r := m.chance
	second := time.Unix(1577836800+r.Int64N(10*365*24*3600), 0).UTC() // from 2020 on
	switch format {
	case "date-time":
		return second.Format(time.RFC3339)
	case "date":
		return second.Format(time.DateOnly)
	case "time":
		return second.Format("15:04:05Z")
	case "uuid":
		return fmt.Sprintf("%08x-%04x-4%03x-%x%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), 8+r.IntN(4), r.IntN(1<<12), r.Int64N(1<<48))
	case "email", "idn-email":
		return fmt.Sprintf("name-%d@example.com", r.IntN(1000))
	case "uri", "url", "iri", "uri-reference":
		return fmt.Sprintf("https://example.com/%x", r.Uint32())
	case "hostname":
		return fmt.Sprintf("host-%d.example.com", r.IntN(1000))
	case "ipv4":
		return fmt.Sprintf("192.0.2.%d", 1+r.IntN(254))
	case "ipv6":
		return fmt.Sprintf("2001:db8::%x", 1+r.IntN(1<<16-1))
	}
	return ""
}
