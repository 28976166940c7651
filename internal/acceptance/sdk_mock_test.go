package acceptance

import (
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestSDK uses the mock through epilot's JavaScript SDK and checks the mock's state.
func TestSDK(t *testing.T) {
	t.Parallel()
	modules := os.Getenv("EPILOT_SDK_MODULES")
	node, err := exec.LookPath("node")
	if modules == "" || err != nil {
		t.Skip("node is missing, or EPILOT_SDK_MODULES does not name the folder of: npm install @epilot/sdk axios openapi-client-axios")
	}
	known := catalog.New(catalog.Options{})
	mock, err := emulator.New(emulator.Options{
		APIs:  func(name string) (*openapi.API, error) { return known.Load(t.Context(), name, "") },
		Names: known.Names(), StatePath: filepath.Join(t.TempDir(), "state"), Issuer: "http://127.0.0.1:4010",
		Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mock.Close)
	token, err := mock.BootstrapToken()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(mock)
	t.Cleanup(server.Close)
	script := exec.CommandContext(t.Context(), node, "testdata/sdk/mock.mjs", modules, server.URL)
	script.Env = append(os.Environ(), "EPILOT_TOKEN="+token)
	out, err := script.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var steps, apis int
	if _, err := fmt.Sscanf(string(out), "%d steps, %d APIs", &steps, &apis); err != nil || steps < 300 || apis < 20 {
		t.Errorf("%s, want at least 300 steps and 20 APIs (%v)", out, err)
	}
}
