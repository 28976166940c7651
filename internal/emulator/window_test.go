package emulator

import (
	"net/url"
	"testing"

	"github.com/epilot-cli/epilot/internal/operation"
)

// TestWindow: no number that a client can send leads out of a list.
func TestWindow(t *testing.T) {
	t.Parallel()
	op := &operation.Operation{}
	for _, name := range []string{"size", "page", "from", "cursor"} {
		op.Params = append(op.Params, &operation.Param{Name: name, In: "query", Schema: &operation.Schema{Types: []string{"integer"}}})
	}
	const most = "9223372036854775807"
	for query, want := range map[string]window{
		"":                              {0, 100, true},
		"size=2&page=3":                 {4, 2, true},
		"size=2&from=5&cursor=after-10": {15, 2, true},
		"size=2&page=-3&from=-1":        {0, 2, true},
		"size=2&cursor=" + most:         {mostAmount, 2, true},
		"page=" + most + "&size=" + most + "&from=" + most: {(mostAmount-1)*mostAmount + mostAmount, mostAmount, true},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		w := windowOf(&call{route: &route{op: op}, query: values})
		if w != want {
			t.Errorf("%s: %+v, want %+v", query, w, want)
		}
		p := &page{window: w, wanted: &selection{order: []ordering{{}}}, things: []found{{}, {}}}
		if p.cut(); w.offset > 2 && len(p.things) > 0 {
			t.Errorf("%s: %d things", query, len(p.things))
		}
	}
}
