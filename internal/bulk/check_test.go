package bulk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/client"
)

// TestCheck checks that rows prepared in parallel are yielded in order, each with
// its own result, followed by the error that ends the rows.
func TestCheck(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	const rows = 1000
	for i := range rows {
		fmt.Fprintf(&text, "{\"n\":%d}\n", i+1)
	}
	prepare := func(row *bulk.Row) (*client.Call, error) {
		if row.Number%7 == 0 {
			return nil, fmt.Errorf("row %d is wrong", row.Number)
		}
		return &client.Call{}, row.Err
	}
	broken := errors.New("disk on fire")
	source := func(yield func(*bulk.Row, error) bool) {
		r, err := bulk.Open("rows.ndjson", strings.NewReader(text.String()), "")
		if err != nil {
			t.Error(err)
			return
		}
		for row, err := range r.Rows() {
			if !yield(row, err) {
				return
			}
		}
		yield(nil, broken)
	}
	for name, check := range map[string]func() (int, error){
		"all": func() (n int, last error) {
			for checked, err := range bulk.Check(source, prepare) {
				if last = err; err != nil {
					continue
				}
				if n++; checked.Row.Number != n || (checked.Err != nil) != (n%7 == 0) || (checked.Call == nil) != (n%7 == 0) {
					t.Fatalf("row %d after %d: %v", checked.Row.Number, n-1, checked.Err)
				}
			}
			return n, last
		},
		"as read": func() (n int, last error) {
			for checked, err := range bulk.CheckAsRead(source, prepare) {
				if last = err; err == nil {
					if n++; checked.Row.Number != n || (checked.Err != nil) != (n%7 == 0) {
						t.Fatalf("row %d after %d", checked.Row.Number, n-1)
					}
				}
			}
			return n, last
		},
	} {
		if n, err := check(); n != rows || !errors.Is(err, broken) {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
	for checked := range bulk.Check(source, prepare) {
		if checked.Row.Number == 100 {
			break // the reader must have ended, or the race detector reports it
		}
	}
}
