//go:build linux

package acceptance

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/output"
)

// TestAddressSpace gives the program 1 GB of address space, and bodies of a few
// megabytes that unpack to more: whatever form is asked for, it streams them or
// ends with status 3, and never with a trace of the runtime.
func TestAddressSpace(t *testing.T) {
	needsLoad(t, "unpacks 2 GB many times")
	t.Parallel()
	program := filepath.Join(t.TempDir(), "epilot")
	build := exec.Command("go", "build", "-o", program, "../..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as releases are
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, body := range []struct{ name, kind, begin, repeat string }{
		{"one string", "application/json", `["`, "0123456789abcdef"},
		{"items", "application/json", "[1", `,{"a":1}`},
		{"deep", "application/json", "", "["},
		{"endless line", "application/x-ndjson", `"`, "0123456789abcdef"},
		{"endless event", "text/event-stream", "data: ", "0123456789abcdef"},
	} {
		size := 2 << 30
		if body.name == "items" {
			size = 384 << 20 // each is parsed: more would only take longer
		}
		server := unpacks(t, body.kind, body.begin, body.repeat, size)
		flags := [][]string{{"--jsonata", "$count($)"}, {"--all"}, {"--json", "--all", "--jsonata", "$"}}
		for _, format := range output.Formats() {
			flags = append(flags, []string{"-o", format})
		}
		for _, line := range flags {
			t.Run(body.name+"/"+strings.Join(line, " "), func(t *testing.T) {
				args := append([]string{
					"-c", `ulimit -v 1048576; exec "$0" "$@" >/dev/null`, program,
					"entity", "listSavedViews", "--no-validate", "-s", server, "-t", "SeCrEt-token", "--retry", "0",
				}, line...)
				cmd := exec.Command("sh", args...)
				cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "EPILOT_TOKEN=")
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				_ = cmd.Run() // its status is what is looked at
				if status := cmd.ProcessState.ExitCode(); status != 0 && status != 3 || strings.Contains(stderr.String(), "goroutine") {
					t.Errorf("status %d: %.500s", status, stderr.String())
				}
			})
		}
	}
}

// unpacks serves size bytes of a text, packed.
func unpacks(t *testing.T, kind, begin, repeat string, size int) string {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	block := bytes.Repeat([]byte(repeat), 1<<20/len(repeat))
	_, _ = zip.Write([]byte(begin))
	for range size / len(block) {
		_, _ = zip.Write(block)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	t.Cleanup(server.Close)
	return server.URL
}
