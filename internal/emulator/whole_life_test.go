package emulator_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestEveryThingLives creates a resource with every operation that can, and then
// gets, lists, changes and removes it with the other operations of its type. Each
// response must match the definition.
func TestEveryThingLives(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	counts := map[string]int{}
	things := &resource.Service{}
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		if s.api == "access-token" || s.op.Method != http.MethodPost {
			return
		}
		for step := range s.live(t, things) {
			mu.Lock()
			counts[step]++
			mu.Unlock()
		}
	})
	t.Cleanup(func() {
		for step, least := range map[string]int{"create": 80, "get": 60, "list": 50, "patch": 20, "replace": 30, "remove": 60, "gone": 45} {
			if counts[step] < least && !quick() {
				t.Errorf("only %d things went through %q, want %d: %v", counts[step], step, least, counts)
			}
		}
		t.Log(counts)
	})
}

// live returns the steps that the resource went through.
func (s *sent) live(t *testing.T, things *resource.Service) map[string]bool {
	t.Helper()
	api, err := s.apis.Load(t.Context(), s.api, "")
	if err != nil {
		t.Fatal(err)
	}
	op := api.Find(s.op.ID)
	if things.Role(api, op) != "create" {
		return nil
	}
	made := s.least()
	got := made.send(t, made)
	if wrong := misfit(op, got); wrong != "" {
		t.Errorf("%s: %s in %s", made, wrong, got.body)
	}
	id, steps := things.ID(api, op, got.body), map[string]bool{"create": true}
	if id == "" {
		t.Logf("%s tells no id", made)
		return steps
	}
	for _, step := range []string{"get", "list", "patch", "replace", "get", "remove", "gone"} {
		for _, other := range api.Operations {
			if things.Collection(api, other) == things.Collection(api, op) && s.with(other).takes(t, step, things.Role(api, other), id, steps) {
				steps[step] = true
			}
		}
	}
	return steps
}

// takes runs one step on the resource, if the operation is for that step.
func (s *sent) takes(t *testing.T, step, role, id string, before map[string]bool) bool {
	t.Helper()
	switch {
	case step == "remove" && before["remove"]:
		return false
	case step == "gone" && role == "get" && strings.HasSuffix(s.op.Path, "}") && before["remove"]:
		return s.isGone(t, id)
	case step != role || role == "get" && !strings.HasSuffix(s.op.Path, "}"): // a part of the resource
		return false
	}
	s.follows(t, step, id)
	return true
}

func (s *sent) with(op *openapi.Operation) *sent {
	return &sent{wholeMock: s.wholeMock, api: s.api, op: op.Load()}
}

// on returns the minimal request for the resource with an id, and whether the
// sample request has the same id.
func (s *sent) on(id string) (request *sent, isSample bool) {
	c := s.least()
	if !strings.HasSuffix(c.op.Path, "}") {
		return c, false
	}
	params := c.op.PathParams()
	for i, v := range c.values {
		if v.param == params[len(params)-1] {
			isSample = plainWord(v.json) == id
			c.values[i].json = id
		}
	}
	return c, isSample
}

func (s *sent) follows(t *testing.T, step, id string) {
	t.Helper()
	request, _ := s.on(id)
	if step == "list" {
		request = s.least()
	}
	got := request.send(t, request)
	wrong := misfit(s.op, got)
	if wrong == "" && (step == "get" || step == "list") && !strings.Contains(got.body, id) {
		wrong = "the answer does not have " + id
	}
	if wrong != "" {
		t.Errorf("%s %s: %s\n\t%d %.300s", step, request, wrong, got.status, got.body)
	}
}

// isGone requires a 404; a documented id still gets a response.
func (s *sent) isGone(t *testing.T, id string) bool {
	t.Helper()
	request, isSample := s.on(id)
	if isSample {
		return false
	}
	got := request.send(t, request)
	if content := openapi.JSON(s.op.Success().Contents); strings.Contains(schema.SampleFor(content.Schema, true, schema.Both), `"`+id+`"`) {
		return false
	}
	if got.status != http.StatusNotFound {
		t.Errorf("%s: %d %.300s, want 404", request, got.status, got.body)
	}
	return true
}
