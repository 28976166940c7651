package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// mutation is a request with one fault, and the expected error.
type mutation struct {
	kind   string
	sent   *sent
	status int
	names  string
}

// otherAlternative is the kind of a mutation without a fault: what is invalid for
// one alternative of a union is valid for another.
const otherAlternative = "another alternative"

// mutationCounts returns the expected number of each kind, so that a check that
// stops applying fails. Update them when the catalog changes.
func mutationCounts() map[string]int {
	return map[string]int{
		"unknown path":              1171,
		"wrong content type":        535,
		"missing body":              319,
		"missing parameter":         137,
		"missing member":            650,
		"wrong type of a parameter": 254,
		"wrong type of a body":      525,
		"wrong type of a member":    2905,
		"bad enum of a parameter":   94,
		"bad enum of a member":      231,
	}
}

// TestEveryMutationIsRefused sends every operation requests with one fault each.
// The error has the status of the fault, and names it.
func TestEveryMutationIsRefused(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	var mu sync.Mutex
	counts := map[string]int{}
	t.Cleanup(func() { compareCounts(t, counts) })
	w.each(t, func(t *testing.T, s *sent) {
		for _, m := range mutations(s) {
			m.run(t)
			mu.Lock()
			counts[m.kind]++
			mu.Unlock()
		}
	})
}

func compareCounts(t *testing.T, counts map[string]int) {
	t.Helper()
	t.Log(counts)
	if quick() {
		return
	}
	for kind, least := range mutationCounts() {
		if counts[kind] < least {
			t.Errorf("%s: %d mutations, there were %d", kind, counts[kind], least)
		}
	}
	if most := 20; counts[otherAlternative] > most {
		t.Errorf("%d mutations are right for another alternative, there were at most %d", counts[otherAlternative], most)
	}
}

func (m mutation) run(t *testing.T) {
	t.Helper()
	if m.kind == otherAlternative {
		return
	}
	got := m.sent.send(t, m.sent)
	if got.status != m.status || !strings.Contains(Unquote(got.body), m.names) {
		t.Errorf("%s: %s\n\tgot  %d %s\n\twant %d with %s", m.kind, m.sent, got.status, got.body, m.status, m.names)
	}
}

func Unquote(body string) string { return strings.ReplaceAll(body, `\"`, `"`) }

func mutations(s *sent) []mutation {
	all := []mutation{unknownPath(s)}
	for i := range s.least().values {
		all = append(all, missingParam(s, i)...)
	}
	for i := range s.full().values {
		all = append(all, wrongParam(s, i)...)
	}
	if s.op.Body == nil {
		return all
	}
	all = append(all, otherType(s))
	if s.op.Body.Required {
		empty := s.least()
		empty.body = ""
		all = append(all, mutation{"missing body", empty, http.StatusBadRequest, "body is required"})
	}
	if httpx.IsJSON(s.op.Body.Contents[0].MediaType) {
		all = append(all, wrongMembers(s)...)
	}
	return all
}

func unknownPath(s *sent) mutation {
	m := s.least()
	m.tail = "/no/such/path/at/all"
	return mutation{"unknown path", m, http.StatusNotFound, m.tail}
}

func otherType(s *sent) mutation {
	m := s.least()
	m.mediaType = "application/x-tar"
	return mutation{"wrong content type", m, http.StatusUnsupportedMediaType, s.op.Body.Contents[0].MediaType}
}

// missingParam omits the i-th parameter, unless the path needs it.
func missingParam(s *sent, i int) []mutation {
	m := s.least()
	p := m.values[i].param
	if p.In == "path" {
		return nil
	}
	m.values = append(m.values[:i:i], m.values[i+1:]...)
	names := fmt.Sprintf("%s parameter %s: is required", p.In, p.Name)
	return []mutation{{"missing parameter", m, http.StatusBadRequest, names}}
}

// wrongParam sets the i-th parameter to a value of another type, or outside its enum.
func wrongParam(s *sent, i int) []mutation {
	m := s.full()
	p := m.values[i].param
	kind := wrongness(p.Schema)
	if kind == "" {
		return nil
	}
	m.values[i].json = "~no such value~"
	return []mutation{{kind + " of a parameter", m, http.StatusBadRequest, fmt.Sprintf("%s parameter %s: ", p.In, p.Name)}}
}

// wrongness returns why an arbitrary string is invalid for the schema, or "".
func wrongness(s *openapi.Schema) string {
	target := s.Target()
	switch {
	case target == nil || len(target.AllOf)+len(target.AnyOf)+len(target.OneOf) > 0:
		return ""
	case len(target.Enum) > 0:
		return "bad enum"
	case target.Is("array"):
		return wrongness(target.Items)
	case target.Is("string") || target.Is("object") || len(target.Types) == 0:
		return ""
	}
	return "wrong type"
}
