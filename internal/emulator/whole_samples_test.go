package emulator_test

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/resource"
)

// TestSampleIDsAlwaysAnswer: a sample call that works on a new mock still works
// after resources have been created in its collection.
func TestSampleIDsAlwaysAnswer(t *testing.T) {
	t.Parallel()
	roles := &resource.Service{}
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		api, err := s.apis.Load(t.Context(), s.api, "")
		if err != nil {
			t.Fatal(err)
		}
		op := api.Find(s.op.ID)
		if roles.Role(api, op) == "create" {
			return
		}
		before := s.least().send(t, s.least()).status
		if before >= 300 {
			return
		}
		for _, other := range api.Operations {
			if roles.Role(api, other) == "create" && roles.Collection(api, other) == roles.Collection(api, op) {
				made := s.with(other).least()
				made.send(t, made)
			}
		}
		if after := s.least().send(t, s.least()); after.status >= 300 {
			t.Errorf("%s: %d, and then %d %.200s", s, before, after.status, after.body)
		}
	})
}
