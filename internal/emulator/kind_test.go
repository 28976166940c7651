package emulator_test

import (
	"maps"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
)

// TestRolesInTheCatalog: changing these numbers changes what the emulator stores.
func TestRolesInTheCatalog(t *testing.T) {
	t.Parallel()
	known, things, got, total := catalog.New(catalog.Options{}), &resource.Service{}, map[string]int{}, 0
	for _, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		total += len(api.Operations)
		for _, op := range api.Operations {
			if role := things.Role(api, op); role != "" {
				t.Log(role, name, op.ID, op.Method, op.Path)
				got[role]++
			}
		}
	}
	want := map[string]int{
		"create": 85, "list": 110, "get": 108, "patch": 35, "replace": 53, "remove": 78, "restore": 2, "search": 15, "suggest": 1, "upsert": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("of %d operations: %v\nwant %v", total, got, want)
	}
}

func TestRolesOfSingleOperations(t *testing.T) {
	t.Parallel()
	known, things := catalog.New(catalog.Options{}), &resource.Service{}
	for _, row := range []struct{ api, operation, role, kind string }{
		{"entity", "createEntity", "create", "entity/{}"},
		{"entity", "getEntityV2", "get", "entity/{}"}, // versions share their resources
		{"entity", "searchEntities", "search", "entity/{}"},
		{"entity", "upsertEntity", "upsert", "entity/{}"},
		{"entity", "autocomplete", "suggest", "entity/{}"},
		{"entity", "putSchema", "replace", "entity/schema"}, // created by PUT
		{"entity", "listSavedViews", "list", "entity/view"}, // plural and singular paths
		{"entity", "createTaxonomy", "create", "entity/taxonomy"},
		{"entity", "reindexEntity", "", ""},
		{"entity", "wipeAllEntities", "", ""},
		{"workflow", "searchExecutions", "search", "workflow/execution"},        // …/search
		{"webhooks", "getWebhookEventsV2", "list", "webhook/config/{}/event"},   // a POST that lists, by effects.txt
		{"app", "publicProxyPut", "", ""},                                       // its result cannot be read
		{"metering", "getReadingsByInterval", "list", "metering/meter-reading"}, // a list in place of a resource
	} {
		api, err := known.Load(t.Context(), row.api, "")
		if err != nil {
			t.Fatal(err)
		}
		op := api.Find(row.operation)
		if role, kind := things.Role(api, op), things.Collection(api, op); role != row.role || kind != row.kind {
			t.Errorf("%s %s: %q of %q, want %q of %q", row.api, row.operation, role, kind, row.role, row.kind)
		}
	}
}
