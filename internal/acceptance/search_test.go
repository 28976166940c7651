package acceptance

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/queries.txt
var queries string

// TestSearchQueries checks the ranking of typical queries.
func TestSearchQueries(t *testing.T) {
	t.Parallel()
	const all, mustHold = 70, 67
	asked, held := 0, 0
	for line := range strings.Lines(queries) {
		query, want, isQuery := strings.Cut(strings.TrimSpace(line), "\t")
		if !isQuery || strings.HasPrefix(line, "#") {
			continue
		}
		asked++
		if found := firstHits(t, query); slices.Contains(found, want) {
			held++
		} else {
			t.Logf("%q finds %q, want %s", query, found, want)
		}
	}
	if asked != all || held < mustHold {
		t.Errorf("%d of %d queries hold, want %d of %d", held, asked, mustHold, all)
	}
}

// firstHits returns the names of the first three results of a search.
func firstHits(t *testing.T, query string) []string {
	t.Helper()
	args := append([]string{"search", "--limit", "3", "--json"}, strings.Fields(query)...)
	result := Process{}.Run(t.Context(), args...)
	var hits []struct{ API, OperationID, Command, Flag, Topic, Usage string }
	if err := json.Unmarshal([]byte(result.Stdout), &hits); err != nil {
		t.Fatalf("search %s: %v: %s", query, err, result.Stderr)
	}
	var names []string
	for _, hit := range hits {
		if !strings.HasPrefix(hit.Usage, "epilot ") {
			t.Errorf("search %s: a result has the usage %q", query, hit.Usage)
		}
		names = append(names, strings.TrimSpace(hit.API+" "+hit.OperationID+hit.Command+hit.Flag+hit.Topic))
	}
	return names
}
