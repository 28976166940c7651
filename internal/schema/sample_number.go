package schema

import (
	"math/big"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// number returns the first likely number that fits, as JSON.
func (m *sampler) number(s, merged *operation.Schema) string {
	candidates := append([]string{"1", "0"}, steps(merged)...)
	if m.realistic {
		candidates = append(namedNumbers(m.name), candidates...)
	}
	if m.chance != nil {
		candidates = append(m.numbers(merged), candidates...)
	}
	for _, text := range candidates {
		if fits(s, text, m.dir) {
			return text
		}
	}
	return "1"
}

// steps are the numbers next to the limits.
func steps(s *operation.Schema) []string {
	step := big.NewRat(1, 1)
	if r, ok := parseDecimal(s.MultipleOf).rat(); ok && r.Sign() > 0 {
		step = r
	}
	list := []string{s.MultipleOf, s.Minimum, s.Maximum}
	low, hasLow := bound(s.Minimum)
	high, hasHigh := bound(s.Maximum)
	if hasLow {
		list = append(list, onGrid(low, step, 0), onGrid(low, step, 1))
	}
	if hasHigh {
		list = append(list, onGrid(high, step, 0), onGrid(high, step, -1))
	}
	if hasLow && hasHigh {
		middle := new(big.Rat).Add(low, high)
		list = append(list, decimalText(middle.Quo(middle, big.NewRat(2, 1))))
	}
	return list
}

func bound(text string) (*big.Rat, bool) {
	if text == "" {
		return nil, false
	}
	return parseDecimal(text).rat()
}

// onGrid is the multiple of step next to the number, and some steps further.
func onGrid(number, step *big.Rat, further int64) string {
	quotient := new(big.Rat).Quo(number, step)
	whole := new(big.Int).Div(quotient.Num(), quotient.Denom())
	whole.Add(whole, big.NewInt(further))
	return decimalText(new(big.Rat).Mul(new(big.Rat).SetInt(whole), step))
}

func decimalText(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(20), "0")
}
