package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// worker makes sequential requests and tracks the state that they must lead to.
type worker struct {
	testing.TB
	*wholeMock
	number int
	live   map[string]string // acknowledged writes: id → number
	order  []string          // in creation order
}

// work makes the requests: of sixteen, four create, two change, two delete and
// one searches.
func (w *worker) work(requests int) {
	for i := range requests {
		switch i % 16 {
		case 0, 4, 8, 12:
			w.create(fmt.Sprintf("%d-%d", w.number, i))
		case 2, 10:
			w.change(w.newest(), fmt.Sprintf("%d-%d", w.number, i))
		case 6:
			w.find()
		case 7, 15:
			w.drop()
		default:
			w.get(w.newest())
		}
		if w.Failed() {
			return
		}
	}
}

func (w *worker) newest() string { return w.order[len(w.order)-1] }

func (w *worker) path() string { return "/entity/v1/entity/" + slug(w.number) }

func (w *worker) create(number string) {
	var made struct {
		ID string `json:"_id"`
	}
	w.ask(http.MethodPost, w.path(), `{"name":"load","number":"`+number+`"}`, http.StatusCreated, &made)
	if _, twice := w.live[made.ID]; made.ID == "" || twice {
		w.Errorf("creation answered the id %q", made.ID)
	}
	w.live[made.ID] = number
	w.order = append(w.order, made.ID)
}

func (w *worker) get(id string) {
	var got struct{ Entity thing }
	w.ask(http.MethodGet, w.path()+"/"+id, "", http.StatusOK, &got)
	if got.Entity.ID != id || got.Entity.Number != w.live[id] {
		w.Errorf("%s is %+v, want the number %s", id, got.Entity, w.live[id])
	}
}

func (w *worker) change(id, number string) {
	w.ask(http.MethodPatch, w.path()+"/"+id, `{"number":"`+number+`"}`, http.StatusOK, nil)
	w.live[id] = number
	w.get(id)
}

// find searches for the worker's own entities.
func (w *worker) find() {
	var got page
	query := fmt.Sprintf(`_schema:%s AND number:"%s"`, slug(w.number), w.live[w.newest()])
	body := fmt.Sprintf(`{"q":%q,"size":10}`, query)
	w.ask(http.MethodPost, "/entity/v1/entity:search", body, http.StatusOK, &got)
	if got.Hits != 1 || len(got.Results) != 1 || got.Results[0].ID != w.newest() {
		w.Errorf("%s found %+v", body, got)
	}
}

func (w *worker) drop() {
	id := w.order[0]
	w.order = w.order[1:]
	w.ask(http.MethodDelete, w.path()+"/"+id, "", http.StatusOK, nil)
	delete(w.live, id)
}

func (w *worker) clear() {
	for len(w.order) > 0 && !w.Failed() {
		w.drop()
	}
}

type thing struct {
	ID     string `json:"_id"`
	Number string
}

type page struct {
	Hits    int
	Results []thing
}

// all reads every page of a collection: id → number.
func (w *wholeMock) all(t *testing.T, slug string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for from := 0; ; from += 50 {
		var got page
		one := &worker{TB: t, wholeMock: w}
		one.ask(http.MethodPost, "/entity/v1/entity:search", fmt.Sprintf(`{"q":"_schema:%s","from":%d,"size":50}`, slug, from), http.StatusOK, &got)
		for _, one := range got.Results {
			found[one.ID] = one.Number
		}
		if len(got.Results) == 0 || t.Failed() {
			if from > 0 && got.Hits != len(found) {
				t.Errorf("%s has %d hits, but %d entities", slug, got.Hits, len(found))
			}
			return found
		}
	}
}

// ask sends a request, requires a status, and decodes the response.
func (w *worker) ask(method, path, body string, status int, into any) {
	got := w.raw(w.TB, method, path, body)
	if got.status != status {
		w.Errorf("%s %s %s: %d %s", method, path, body, got.status, got.body)
		return
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(got.body), into); err != nil {
		w.Errorf("%s %s: %v: %s", method, path, err, got.body)
	}
}
