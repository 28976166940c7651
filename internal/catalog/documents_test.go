package catalog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// documentsFolder returns the folder of the package's documents, which .ci/run
// fetches with "npm pack" and unpacks.
func documentsFolder(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("EPILOT_SDK_DEFINITIONS")
	if folder == "" {
		t.Skip("the documents are not at hand: EPILOT_SDK_DEFINITIONS names no folder")
	}
	return folder
}

// parseDocument loads a document as --definition does.
func parseDocument(t *testing.T, folder, name string) *openapi.API {
	t.Helper()
	api, err := New(Options{}).Load(t.Context(), name, filepath.Join(folder, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// TestDocumentsAsTheyStand loads each document of the package as --definition does
// and compares it with the embedded facts.
func TestDocumentsAsTheyStand(t *testing.T) {
	t.Parallel()
	documents := documentsFolder(t)
	for _, name := range New(Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept, err := os.ReadFile("facts/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			if facts.Write(parseDocument(t, documents, name), facts.Options{}) != string(kept) {
				t.Error("the document and the facts differ: go generate ./internal/catalog")
			}
		})
	}
}
