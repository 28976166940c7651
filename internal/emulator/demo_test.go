package emulator_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator"
)

// TestDemo: the demo data is always the same, every relation refers to an entity,
// and seeding twice has the same result as seeding once.
func TestDemo(t *testing.T) {
	t.Parallel()
	document := emulator.Demo()
	if !bytes.Equal(document, emulator.Demo()) {
		t.Error("another time they are others")
	}
	w := newWhole(t)
	count := 0
	for range 2 {
		made, faults, err := w.emulator.SeedDemo(t.Context())
		if err != nil || len(faults) > 0 {
			t.Fatal(err, faults)
		}
		count = len(made)
	}
	got := w.raw(t, http.MethodPost, search, `{"q":"*","size":0}`)
	var found struct {
		Hits int `json:"hits"`
	}
	if err := json.Unmarshal([]byte(got.body), &found); err != nil || found.Hits != count || count < 900 {
		t.Errorf("%d hits of %d entities (%v)", found.Hits, count, err)
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(`"_id":"([^"]+)"`).FindAllSubmatch(document, -1) {
		ids[string(id[1])] = true
	}
	relations := regexp.MustCompile(`"entity_id":"([^"]+)"`).FindAllSubmatch(document, -1)
	for _, id := range relations {
		if !ids[string(id[1])] {
			t.Errorf("a relation leads to %s, which does not exist", id[1])
		}
	}
	if len(ids) != count || len(relations) < 900 {
		t.Errorf("%d ids and %d relations", len(ids), len(relations))
	}
	listed := w.raw(t, http.MethodPost, search, `{"q":"_schema:file AND filename:\"Angebot-0001.pdf\""}`)
	file := regexp.MustCompile(`"_id":"([^"]+)".*"size_bytes":(\d+),"checksum":"([^"]+)"`).FindStringSubmatch(listed.body)
	if file == nil {
		t.Fatal(listed.body)
	}
	link := regexp.MustCompile(`"download_url":"([^"]+)"`).FindStringSubmatch(w.raw(t, http.MethodGet, "/file/v1/files/"+file[1]+"/download", "").body)
	response, err := w.client.Get(link[1])
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if sum := fmt.Sprintf("%x", sha256.Sum256(content)); err != nil || sum != file[3] || strconv.Itoa(len(content)) != file[2] || !bytes.HasPrefix(content, []byte("%PDF-")) {
		t.Errorf("%s of %d bytes, want %s of %s: %v", sum, len(content), file[3], file[2], err)
	}
	run(t, w, []step{
		{method: "POST", path: search, body: `{"q":"_schema:order AND order_number:\"OR-10001\""}`, has: `"_id":"([^"]+)"`, keep: "order"},
		{method: "GET", path: "/entity/v2/entity/order/{order}/relations?hydrate=true", has: `"first_name":"Ada"`},
	})
}
