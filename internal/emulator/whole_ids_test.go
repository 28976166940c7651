package emulator_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/resource"
)

// TestCreatedTwice: creating twice with the same body results in two ids, or in a
// single resource.
func TestCreatedTwice(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	count := 0
	roles := &resource.Service{}
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		api, err := s.apis.Load(t.Context(), s.api, "")
		if err != nil {
			t.Fatal(err)
		}
		op := api.Find(s.op.ID)
		if roles.Role(api, op) != "create" || s.api == "access-token" {
			return
		}
		request := s.bare()
		first, second := request.send(t, request), request.send(t, request)
		if id := roles.ID(api, op, first.body); id != "" && id == roles.ID(api, op, second.body) && second.status < 300 {
			mu.Lock()
			count++
			mu.Unlock()
			if !strings.Contains(request.body, id) {
				t.Errorf("%s: %s twice", s, id)
			}
		}
	})
	t.Cleanup(func() {
		if count > 6 {
			t.Errorf("%d creations take the id of the body", count)
		}
	})
}
