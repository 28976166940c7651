package schema

import (
	"math/rand/v2"

	"github.com/epilot-cli/epilot/internal/operation"
)

// SampleOptions say what a sample is like.
type SampleOptions struct {
	Direction Direction  // without the readOnly properties of a Request, or the writeOnly ones of a Response
	Full      bool       // every property, rather than those that must be there
	Realistic bool       // the name of a property says what its text may be: "city", "currency"
	Random    *rand.Rand // any valid value, drawn from here; nil: the same sample every time
}

// SampleWith returns a JSON text that fits the schema whenever one can be
// found, "{}" where there is no schema. With Random, each optional property is
// there by chance, and equal states of Random give equal samples.
func SampleWith(s *operation.Schema, o SampleOptions) string {
	if s == nil {
		return "{}"
	}
	known := shapes{}
	for range maxDraws {
		if text := o.sampler(known).sample(s); o.Random == nil && !o.Full || fits(s, text, o.Direction) {
			return text
		}
		if o.Random == nil {
			break
		}
	}
	return o.fallback(s, known)
}

// maxDraws is how often chance may fail to meet a schema.
const maxDraws = 4

func (o SampleOptions) sampler(known shapes) *sampler {
	return &sampler{
		dir: o.Direction, full: o.Full || o.Random != nil, realistic: o.Realistic || o.Random != nil,
		chance: o.Random, shapes: known, left: maxWork,
	}
}

// fallback is the least sample, or the full one where that does not fit either.
func (o SampleOptions) fallback(s *operation.Schema, known shapes) string {
	least := SampleOptions{Direction: o.Direction, Realistic: o.Realistic}.sampler(known).sample(s)
	if fits(s, least, o.Direction) {
		return least
	}
	return SampleOptions{Direction: o.Direction, Realistic: o.Realistic, Full: true}.sampler(known).sample(s)
}
