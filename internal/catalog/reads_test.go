package catalog

import (
	"net/http"
	"strings"
	"testing"
)

// TestOnlyReads checks that every listed operation exists, is a POST, and has no
// name that suggests a change.
func TestOnlyReads(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	count := 0
	for _, name := range c.Names() {
		ids := strings.Fields(idsOf(readingPosts, name))
		if len(ids) == 0 {
			continue
		}
		api, err := c.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		posts := map[string]bool{}
		for _, op := range api.Operations {
			posts[op.ID] = op.Method == http.MethodPost
		}
		for _, id := range ids {
			count++
			if !posts[id] || !OnlyReads(name, id) {
				t.Errorf("%s %s is not a POST of the catalog", name, id)
			}
			for _, change := range []string{"create", "update", "delete", "remove", "import", "send", "upload", "start", "publish"} {
				if strings.Contains(strings.ToLower(id), change) {
					t.Errorf("%s %s: reads?", name, id)
				}
			}
		}
	}
	if count < 80 || OnlyReads("entity", "createEntity") || OnlyReads("", "searchEntities") || OnlyReads("entity", "") {
		t.Errorf("%d operations only read", count)
	}
}
