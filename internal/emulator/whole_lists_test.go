package emulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestListsPageAndSort creates three resources of each collection. In every list,
// each page parameter selects a part of the whole, the pages that --all reads are
// the whole, without a row twice, and a sort parameter orders it both ways.
func TestListsPageAndSort(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("too many requests for the race detector")
	}
	roles := &resource.Service{}
	w := newWhole(t)
	var count struct{ lists, rows, sized, moved, joined, sorted atomic.Int32 }
	for _, name := range w.apis.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, err := w.apis.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range api.Operations {
				if role := roles.Role(api, op); role != "list" && role != "search" || name == "access-token" || w.emulator.IsByHand(op) {
					continue
				}
				l := &listing{sent: &sent{wholeMock: w, api: name, op: op.Load()}}
				count.lists.Add(1)
				l.fillCollection(t, roles, api)
				l.base = l.least()
				if l.whole = l.rows(t, nil); len(l.whole) < 2 {
					l.base = l.bare() // the sample of a required body can select nothing
					l.whole = l.rows(t, nil)
				}
				if distinct := slices.Compact(slices.Sorted(slices.Values(l.whole))); len(l.whole) < 2 || len(distinct) < len(l.whole) {
					t.Logf("%s %s: %d rows, %d distinct", name, op.ID, len(l.whole), len(distinct))
					continue
				}
				count.rows.Add(1)
				count.sized.Add(l.sizes(t))
				count.moved.Add(l.moves(t))
				count.joined.Add(l.joins(t))
				count.sorted.Add(l.sorts(t))
			}
		})
	}
	t.Cleanup(func() {
		if count.rows.Load() < 90 || count.joined.Load() < 40 {
			t.Errorf("only %d lists have rows, and %d pages", count.rows.Load(), count.joined.Load())
		}
		t.Logf("%d lists, %d with rows, %d sizes, %d positions, %d read to the end, %d sorted", count.lists.Load(), count.rows.Load(),
			count.sized.Load(), count.moved.Load(), count.joined.Load(), count.sorted.Load())
	})
}

// listing is a list whose collection has resources.
type listing struct {
	*sent
	base  *sent    // the request without paging
	whole []string // its rows
}

// sortMembers are the members that distinguish the resources.
var sortMembers = []string{"name", "title", "label", "subject"}

// fillCollection creates three resources in the collection of the list: from samples
// that differ in their name, and if the list does not show three, also in their ids.
func (l *listing) fillCollection(t *testing.T, roles *resource.Service, api *openapi.API) {
	t.Helper()
	collection := roles.Collection(api, api.Find(l.op.ID))
	for _, withIDs := range []bool{false, true} {
		for _, op := range api.Operations {
			role := roles.Role(api, op)
			creates := role == "create" || role == "replace" && withIDs
			creates = creates && roles.Collection(api, op) == collection
			for _, e := range roles.Effects(api, op) {
				creates = creates || e.Does == "create" && e.Collection == collection && e.API == ""
			}
			if !creates {
				continue
			}
			for i, text := range []string{"bravo", "alpha", "charlie"} {
				creation := l.with(op).full()
				creation.distinguish(i, text, withIDs)
				creation.send(t, creation)
			}
			if l.base = l.least(); len(l.rows(t, nil)) >= 3 {
				return
			}
			if l.base = l.bare(); len(l.rows(t, nil)) >= 3 {
				return
			}
		}
	}
}

// distinguish gives a resource a name of its own, and an id if its sample has one.
func (s *sent) distinguish(i int, text string, withIDs bool) {
	for n := range s.values {
		if v := &s.values[n]; withIDs && s.op.Method == http.MethodPut && v.param.In == "path" && strings.HasSuffix(s.op.Path, "{"+v.param.Name+"}") {
			v.json = otherID(v.json, i, text)
		}
	}
	var members map[string]any
	if json.Unmarshal([]byte(s.body), &members) != nil {
		return
	}
	for name, member := range members {
		lower := strings.ToLower(name)
		switch was, isText := member.(string); {
		case isText && slices.Contains(sortMembers, name):
			members[name] = text
		case withIDs && isText && (strings.HasSuffix(lower, "id") || lower == "slug" || lower == "key") && !inPath(s, member):
			members[name] = otherID(was, i, text)
		}
	}
	body, _ := json.Marshal(members)
	was := s.body
	if s.setBody(string(body)); !validBody(s.op, body) {
		s.body = was
	}
}

// inPath reports whether a value is also in the path, so that both stay the same.
func inPath(s *sent, member any) bool {
	return slices.ContainsFunc(s.values, func(v value) bool { return v.param.In == "path" && v.json == member })
}

// otherID returns an id in the form of the sample.
func otherID(was any, i int, text string) any {
	if sample, _ := was.(string); len(sample) == 36 && strings.Count(sample, "-") == 4 {
		return sample[:35] + strconv.Itoa(i+1)
	}
	return text
}

func validBody(op *openapi.Operation, body []byte) bool {
	value, err := schema.Decode(body)
	return err == nil && op.Body != nil && len(schema.Check(op.Body.JSON(), value, schema.Request)) == 0
}

// has reports whether the operation has a parameter, in the query or the body.
func (l *listing) has(name string) bool {
	return l.op.Param(name, "query") != nil || schema.Declares(l.op.Body.JSON(), name)
}

func (l *listing) declared(names []string) string {
	if i := slices.IndexFunc(names, l.has); i >= 0 {
		return names[i]
	}
	return ""
}

// request returns a request with the parameters.
func (l *listing) request(params map[string]any) *sent {
	c := *l.base
	s := &c
	s.values = slices.Clone(s.values)
	for name, word := range params {
		if p := l.op.Param(name, "query"); p != nil {
			s.values = slices.DeleteFunc(s.values, func(v value) bool { return v.param == p })
			s.values = append(s.values, value{p, word})
			continue
		}
		members := map[string]any{}
		_ = json.Unmarshal([]byte(s.body), &members)
		members[name] = word
		body, _ := json.Marshal(members)
		s.setBody(string(body))
	}
	return s
}

// rows returns the rows of a page.
func (l *listing) rows(t *testing.T, params map[string]any) []string {
	t.Helper()
	s := l.request(params)
	got := s.send(t, s)
	if got.status >= 300 || got.header.Get("X-Epilot-Mock") != "" {
		return nil
	}
	var whole any
	_ = json.Unmarshal([]byte(got.body), &whole)
	return rowsIn(whole)
}

// rowsIn returns the elements of the first array of objects, one level down if need be.
func rowsIn(value any) []string {
	switch typed := value.(type) {
	case []any:
		var rows []string
		for _, element := range typed {
			if _, isObject := element.(map[string]any); isObject {
				text, _ := json.Marshal(element)
				rows = append(rows, string(text))
			}
		}
		return rows
	case map[string]any:
		for _, name := range slices.Sorted(mapsKeys(typed)) {
			if rows := rowsIn(typed[name]); len(rows) > 0 {
				return rows
			}
		}
	}
	return nil
}

// sizes tests the size of a page.
func (l *listing) sizes(t *testing.T) int32 {
	t.Helper()
	name := l.declared(convention.SizeParams())
	if name == "" {
		return 0
	}
	if got := l.rows(t, map[string]any{name: 1}); !slices.Equal(got, l.whole[:1]) {
		t.Errorf("%s %s: %s=1 has %d rows", l.api, l.op.ID, name, len(got))
	}
	return 1
}

// moves tests the second position: the second page of one row, or one row later.
func (l *listing) moves(t *testing.T) int32 {
	t.Helper()
	size, tested := l.declared(convention.SizeParams()), int32(0)
	for _, name := range slices.Concat(convention.OffsetParams(), convention.PageParams()) {
		if !l.has(name) || isTime(l.op, name) {
			continue
		}
		params, want := map[string]any{name: 1}, l.whole[1:]
		if size != "" {
			params[size], want = 1, l.whole[1:2]
		}
		if slices.Contains(convention.PageParams(), name) {
			if size == "" {
				continue
			}
			params[name] = firstPage(l.op, name) + 1
		}
		tested++
		if got := l.rows(t, params); !slices.Equal(got, want) {
			t.Errorf("%s %s: %v\n\t%.300s\nwant\n\t%.300s", l.api, l.op.ID, params, got, want)
		}
	}
	return tested
}

// isTime reports whether a parameter is the start of a time window.
func isTime(op *openapi.Operation, name string) bool {
	p := op.Param(name, "query")
	return p != nil && !slices.Contains(schema.Types(p.Schema), "integer") && !slices.Contains(schema.Types(p.Schema), "number")
}

func firstPage(op *openapi.Operation, name string) int {
	s := schema.Member(op.Body.JSON(), name)
	if p := op.Param(name, "query"); p != nil {
		s = p.Schema
	}
	if string(schema.Shape(s).Default) == "0" {
		return 0
	}
	return 1
}

// joins reads the list as --all does, one row per page.
func (l *listing) joins(t *testing.T) int32 {
	t.Helper()
	p, err := paging.New(paging.Options{Operation: l.op, PageSize: 1, Send: l.client.Do})
	positions := slices.Concat(convention.OffsetParams(), convention.PageParams(), convention.CursorParams(), convention.SearchAfterParams(), convention.LastItemParams())
	if err != nil || l.declared(positions) == "" {
		return 0
	}
	s := l.base
	request, err := http.NewRequestWithContext(t.Context(), l.op.Method, l.url+"/"+l.api+s.target(), strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	s.fill(request.Header)
	var rows []string
	for page, err := range p.Pages(request) {
		if err != nil {
			t.Errorf("%s: %v", s, err)
			break
		}
		page.Response.Body.Close()
		for _, item := range page.Items {
			var element any
			_ = json.Unmarshal(bytes.TrimSpace(item), &element)
			text, _ := json.Marshal(element)
			rows = append(rows, string(text))
		}
	}
	if !slices.Equal(rows, l.whole) {
		t.Errorf("%s: the pages have %d rows, the list %d\n\t%.300s\nwant\n\t%.300s", s, len(rows), len(l.whole), rows, l.whole)
	}
	return 1
}

// sorts orders the list by a member, up and down.
func (l *listing) sorts(t *testing.T) int32 {
	t.Helper()
	by := l.declared([]string{"sort", "sort_by", "sortBy", "order_by", "orderBy"})
	member := ""
	for _, row := range l.whole {
		for _, name := range sortMembers {
			if textIn(row, name) == "charlie" {
				member = name
			}
		}
	}
	if by == "" || member == "" || !l.accepts(by, member) {
		return 0
	}
	order := func(params map[string]any) []string {
		var texts []string
		for _, row := range l.rows(t, params) {
			if text := textIn(row, member); slices.Contains([]string{"alpha", "bravo", "charlie"}, text) {
				texts = append(texts, text)
			}
		}
		return texts
	}
	ways := []map[string]any{{by: member + ":asc"}, {by: member + ":desc"}}
	if direction := l.declared([]string{"sort_order", "sortOrder", "sort_direction", "order", "direction"}); direction != "" {
		ways = []map[string]any{{by: member, direction: "asc"}, {by: member, direction: "desc"}}
	}
	up, down := order(ways[0]), order(ways[1])
	slices.Reverse(down)
	if len(up) < 3 || !slices.IsSorted(up) || !slices.Equal(up, down) {
		s := l.request(ways[0])
		t.Errorf("%s: up %v, reversed down %v: %.200s", s, up, down, s.send(t, s).body)
	}
	return 1
}

// textIn returns a member of a row.
func textIn(row, name string) string {
	var members map[string]any
	_ = json.Unmarshal([]byte(row), &members)
	text, _ := members[name].(string)
	return text
}

// accepts reports whether the schema of a parameter accepts a string.
func (l *listing) accepts(name, text string) bool {
	s := schema.Member(l.op.Body.JSON(), name)
	if p := l.op.Param(name, "query"); p != nil {
		s = p.Schema
	}
	return len(schema.Check(s, text, schema.Request)) == 0
}

// TestAfterID: a list continues after the resource that after_id names.
func TestAfterID(t *testing.T) {
	t.Parallel()
	const all = "/notification/v1/notification/notifications"
	body := func(title string) string {
		return `{"type":"workflow","title":{"en":"` + title + `"},"message":{"en":"m"}}`
	}
	run(t, newWhole(t), []step{
		{method: "POST", path: all, body: body("one"), status: 202},
		{method: "POST", path: all, body: body("two"), status: 202},
		{method: "POST", path: all, body: body("three"), status: 202},
		{method: "GET", path: all + "?limit=1", has: `"id":([0-9]+)`, keep: "first"},
		{method: "GET", path: all + "/{first}", has: `"one"`},
		{method: "GET", path: all + "?after_id={first}&limit=1", has: `"two"`},
	})
}

// TestSampleIsOneRow: a list of samples ends after the sample.
func TestSampleIsOneRow(t *testing.T) {
	t.Parallel()
	const versions = "/app/v1/app-configurations/a/versions?pageSize=1&page="
	run(t, newWhole(t), []step{
		{method: "GET", path: versions + "1", has: `"versions":\[\{`, sample: true},
		{method: "GET", path: versions + "2", has: `"versions":\[\]`},
	})
}
