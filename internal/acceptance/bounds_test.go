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
// megabytes that decompress to more: in every output format it streams them or exits
// with status 3, and never prints a runtime trace.
func TestAddressSpace(t *testing.T) {
	needsLoad(t, "unpacks more than 1 GB many times")
	t.Parallel()
	program := buildRelease(t)
	for _, body := range []struct{ name, kind, begin, repeat string }{
		{"one string", "application/json", `["`, "0123456789abcdef"},
		{"items", "application/json", "[1", `,{"a":"` + strings.Repeat("0123456789", 24) + `"}`}, // short ones only take longer
		{"deep", "application/json", "", "["},
		{"endless line", "application/x-ndjson", `"`, "0123456789abcdef"},
		{"endless event", "text/event-stream", "data: ", "0123456789abcdef"},
	} {
		size := 5 << 28 // more than there is
		if body.name == "items" {
			size = 256 << 20 // in memory they take several times that
		}
		server := unpacks(t, body.kind, body.begin, body.repeat, size)
		flags := [][]string{{"--jsonata", "$count($)"}, {"--all"}, {"--json", "--all", "--jsonata", "$"}}
		for _, format := range output.Formats() {
			flags = append(flags, []string{"-o", format})
		}
		for _, line := range flags {
			t.Run(body.name+"/"+strings.Join(line, " "), func(t *testing.T) {
				t.Parallel()
				args := append([]string{
					"-c", `ulimit -v 1048576; exec "$0" "$@" >/dev/null`, program,
					"entity", "listSavedViews", "--no-validate", "-s", server, "-t", "SeCrEt-token", "--retry", "0",
				}, line...)
				cmd := exec.Command("sh", args...)
				cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "EPILOT_TOKEN=")
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				_ = cmd.Run() // only the status is checked
				if status := cmd.ProcessState.ExitCode(); status != 0 && status != 3 || strings.Contains(stderr.String(), "goroutine") {
					t.Errorf("status %d: %.500s", status, stderr.String())
				}
			})
		}
	}
}

// TestExpressionsInAddressSpace gives the program 1 GB of address space, and
// expressions whose result needs more: they exit with status 6 and never print a
// runtime trace.
func TestExpressionsInAddressSpace(t *testing.T) {
	needsLoad(t, "fills the memory many times")
	t.Parallel()
	program := buildRelease(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"a":1}`))
	}))
	t.Cleanup(server.Close)
	const (
		doubled = `($f := function($x, $n){$n = 0 ? $x : $f($x & $x, $n - 1)}; `
		nested  = `($f := function($x, $n){$n = 0 ? $x : $f([[$x], [$x]], $n - 1)}; $x := $f([1], 40); `
	)
	for name, expression := range map[string]string{
		"text doubled":         doubled + `$length($f("a", 60)))`,
		"text doubled by eval": `$eval('` + doubled + `$length($f("a", 60)))')`,
		"texts":                doubled + `$x := $f("a", 24); [1..100].($x & $))`,
		"list doubled":         `($f := function($x, $n){$n = 0 ? $x : $f([$x, $x], $n - 1)}; $count($f([1..1000], 40)))`,
		"list appended":        `($f := function($x, $n){$n = 0 ? $x : $f($append($x, $x), $n - 1)}; $count($f([1..1000], 40)))`,
		"list squared":         `($x := [1..10000]; $x.($x))`,
		"range":                `[1..9000000].{"a": $}`,
		"printed":              nested + `$x)`,
		"made text":            nested + `$string($x))`,
		"joined":               nested + `"" & $x)`,
		"descendants":          nested + `$count($x.**))`,
		"matches":              doubled + `$count($match($f("a", 23), /./)))`,
		"replaced":             doubled + `$x := $f("a", 14); $length($replace($x, /./, function(){$x})))`,
		"split":                doubled + `$count($split($f("a", 23), /a?/)))`,
		"encoded":              doubled + `$length($encodeUrlComponent($f("é", 24))))`,
		"picture":              doubled + `$fromMillis(1, $f("[Y0001]", 24)))`,
		"merged":               `$merge([1..3000000].{$string($): $})`,
	} {
		for _, engine := range []string{"gnata", "blues"} {
			t.Run(name+"/"+engine, func(t *testing.T) {
				t.Parallel()
				cmd := exec.Command("sh", "-c", `ulimit -v 1048576; exec "$0" "$@" >/dev/null`, program,
					"entity", "listSavedViews", "--no-validate", "-s", server.URL, "-t", "SeCrEt-token", "--jsonata", expression)
				cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir(), "EPILOT_TOKEN=", "EPILOT_JSONATA_ENGINE="+engine)
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				_ = cmd.Run() // only the status is checked
				if status := cmd.ProcessState.ExitCode(); status != 6 || strings.Contains(stderr.String(), "goroutine") {
					t.Errorf("status %d: %.500s", status, stderr.String())
				}
			})
		}
	}
}

// buildRelease builds the program as releases do: without C, whose threads take much
// address space.
func buildRelease(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "epilot")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "../..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// unpacks serves size bytes of a text, compressed.
func unpacks(t *testing.T, kind, begin, repeat string, size int) string {
	t.Helper()
	block := strings.Repeat(repeat, 1<<20/len(repeat))
	packed := gzipped(t, begin)
	packed = append(packed, bytes.Repeat(gzipped(t, block), size/len(block))...) // members follow each other: RFC 1952, section 2.2
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write([]byte(text))
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
