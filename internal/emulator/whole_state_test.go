package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

const marker = "kept-by-the-mock"

// TestWritesAreSeen: a GET returns what a PUT or PATCH of the same path sent, or
// the response of the write is marked as a sample.
func TestWritesAreSeen(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	kept, samples := 0, 0
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		if s.op.Method != http.MethodPut && s.op.Method != http.MethodPatch {
			return
		}
		get := s.reader(t)
		write := s.least()
		name := write.mark()
		if get == nil || name == "" || !strings.Contains(schema.SampleFor(openapi.JSON(get.Success().Contents).Schema, true, schema.Response), `"`+name+`"`) {
			return
		}
		got := write.send(t, write)
		if got.status >= 300 {
			return
		}
		read := s.with(get).bare()
		read.values = write.values
		shown := read.send(t, read)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case strings.Contains(shown.body, marker):
			kept++
		case got.header.Get("X-Epilot-Mock") == "sample":
			samples++
			t.Logf("%s keeps nothing of %s", s, name)
		default:
			t.Errorf("%s answers %d and %s is not in %s: %.300s", s, got.status, name, get.ID, shown.body)
		}
	})
	t.Cleanup(func() {
		t.Logf("%d kept, %d samples", kept, samples)
		if !quick() && kept < 40 {
			t.Errorf("%d writes are kept", kept)
		}
	})
}

// reader returns the GET of the same path with a JSON response, or nil.
func (s *sent) reader(t *testing.T) *openapi.Operation {
	t.Helper()
	api, err := s.apis.Load(t.Context(), s.api, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range api.Operations {
		if op.Method == http.MethodGet && op.Path == s.op.Path {
			if op.Load(); op.Success() != nil && openapi.JSON(op.Success().Contents) != nil {
				return op
			}
		}
	}
	return nil
}

// mark sets the first member of the body that accepts any string to the marker,
// and returns its name.
func (s *sent) mark() string {
	var body map[string]any
	if s.op.Body == nil || json.Unmarshal([]byte(schema.SampleFor(s.op.Body.JSON(), true, schema.Request)), &body) != nil {
		return ""
	}
	least := map[string]any{}
	_ = json.Unmarshal([]byte(s.body), &least)
	for _, name := range []string{"name", "title", "description", "label", "subject", "first_name"} {
		if _, declared := body[name]; !declared {
			continue
		}
		least[name] = marker
		text, _ := json.Marshal(least)
		value, err := schema.Decode(text)
		if err == nil && len(schema.Check(s.op.Body.JSON(), value, schema.Request)) == 0 {
			s.body = string(text)
			return name
		}
		delete(least, name)
	}
	return ""
}
