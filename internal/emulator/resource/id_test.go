package resource

import (
	"testing"
)

func TestNewIDs(t *testing.T) {
	t.Parallel()
	for sample, want := range map[string]string{
		"":                                     "00000000-0000-4000-8000-000000000000",
		"string":                               "00000000-0000-4000-8000-000000000000",
		"c2d6cac8-bdd5-4ea2-8a6c-1cbdbe77b341": "00000000-0000-4000-8000-000000000000",
		"wf_1b2Cx9":                            "wf_1a1Aa1",
		"12345678":                             "11111111",
	} {
		id, err := newIDLike(zeros{}, idForm{sample: sample})
		if err != nil || id != want {
			t.Errorf("like %q: %q %v, want %q", sample, id, err, want)
		}
	}
}

// zeros is a random source that returns only zeros.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
