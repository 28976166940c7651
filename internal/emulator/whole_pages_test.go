package emulator_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
)

// TestEveryListHasPages creates three resources of each type and reads them as
// --all does, one per page.
func TestEveryListHasPages(t *testing.T) {
	t.Parallel()
	var listed atomic.Int32
	things := &resource.Service{}
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		api, err := s.apis.Load(t.Context(), s.api, "")
		if err != nil {
			t.Fatal(err)
		}
		op := api.Find(s.op.ID)
		if s.api == "access-token" || things.Role(api, op) != "create" {
			return
		}
		var ids []string
		for range 3 {
			request := s.least()
			id := things.ID(api, op, request.send(t, request).body)
			if id == "" || len(ids) > 0 && ids[0] == id {
				return // no id in the response, or the body chooses it
			}
			ids = append(ids, id)
		}
		for _, other := range api.Operations {
			if things.Role(api, other) == "list" && things.Collection(api, other) == things.Collection(api, op) && s.with(other).pages(t, ids) {
				listed.Add(1)
			}
		}
	})
	t.Cleanup(func() {
		if n := listed.Load(); n < 15 && !quick() {
			t.Errorf("only %d lists have pages", n)
		}
		t.Logf("%d lists have pages", listed.Load())
	})
}

// pages reads the list in pages of one, if it is paginated.
func (s *sent) pages(t *testing.T, ids []string) bool {
	t.Helper()
	sends := 0
	send := func(r *http.Request) (*http.Response, error) {
		sends++
		return s.client.Do(r)
	}
	p, err := paging.New(paging.Options{Operation: s.op, PageSize: 1, Send: send})
	if err != nil {
		return false
	}
	request, err := http.NewRequestWithContext(t.Context(), s.op.Method, s.url+"/"+s.api+s.least().target(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.least().fill(request.Header)
	var text []byte
	for page, err := range p.Pages(request) {
		if err != nil {
			t.Errorf("%s: %v", s, err)
			break
		}
		page.Response.Body.Close()
		text = append(text, bytes.Join(page.Items, []byte("\n"))...)
	}
	for _, id := range ids {
		if strings.Count(string(text), `"`+id+`"`) == 0 {
			t.Errorf("%s: %s is missing after %d requests in %.300s", s, id, sends, text)
			break
		}
	}
	if sends < len(ids) {
		t.Errorf("%s: %d requests for %d pages", s, sends, len(ids))
	}
	return true
}
