package resource

import (
	"net/url"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestWindow: no number that a client sends causes an index out of range.
func TestWindow(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{}
	for _, name := range []string{"size", "page", "from", "cursor"} {
		op.Params = append(op.Params, &openapi.Param{Name: name, In: "query", Schema: &openapi.Schema{Types: []string{"integer"}}})
	}
	const most = "9223372036854775807"
	for query, want := range map[string]window{
		"":                              {0, 100, true},
		"size=2&page=3":                 {4, 2, true},
		"size=2&from=5&cursor=after-10": {15, 2, true},
		"size=2&page=-3&from=-1":        {0, 2, true},
		"size=2&cursor=" + most:         {maxIntParam, 2, true},
		"page=" + most + "&size=" + most + "&from=" + most: {(maxIntParam-1)*maxIntParam + maxIntParam, maxIntParam, true},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		w := windowOf(&message.Request{Op: op, Query: values})
		if w != want {
			t.Errorf("%s: %+v, want %+v", query, w, want)
		}
		if left := w.of(make([]hit, 2)); w.offset > 2 && len(left) > 0 {
			t.Errorf("%s: %d things", query, len(left))
		}
	}
}
