package bulk_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/openapi/body"
)

// TestKeptCalls: a kept call is taken once, and only for the row that was checked: the
// file may change between the check and the run.
func TestKeptCalls(t *testing.T) {
	t.Parallel()
	for name, format := range map[string][2]string{
		"csv":    {"n,m\n1,a\n2,b\n", "n,m\n1,a\n2,c\n"},
		"ndjson": {"{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{\"n\":3}\n"},
	} {
		var kept bulk.Kept
		calls := map[int]*client.Call{}
		for _, row := range rowsOf(t, name, format[0]) {
			calls[row.Number] = &client.Call{Body: &body.Body{}}
			kept.Add(row, calls[row.Number])
		}
		changed := rowsOf(t, name, format[1])
		if got := kept.Take(changed[0]); got != calls[1] {
			t.Errorf("%s: the call of an unchanged row is %p, want %p", name, got, calls[1])
		}
		if got := kept.Take(changed[0]); got != nil {
			t.Errorf("%s: the call of a row was taken twice", name)
		}
		if got := kept.Take(changed[1]); got != nil {
			t.Errorf("%s: a changed row has the call of another", name)
		}
	}
}

// TestKeptCallsAreLimited: the memory of kept calls does not grow with the rows.
func TestKeptCallsAreLimited(t *testing.T) {
	t.Parallel()
	var kept bulk.Kept
	rows := rowsOf(t, "csv", "n\n"+strings.Repeat("1\n", 100))
	for _, row := range rows {
		kept.Add(row, &client.Call{Body: &body.Body{Bytes: make([]byte, 1<<20)}})
	}
	count := 0
	for _, row := range rows {
		if kept.Take(row) != nil {
			count++
		}
	}
	if count == 0 || count > 10 {
		t.Errorf("%d MB of calls are kept", count)
	}
}

func rowsOf(t *testing.T, format, text string) []*bulk.Row {
	t.Helper()
	reader, err := bulk.Open("rows", strings.NewReader(text), format)
	if err != nil {
		t.Fatal(err)
	}
	var rows []*bulk.Row
	for row, err := range reader.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}
