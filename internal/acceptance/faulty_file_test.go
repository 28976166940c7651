package acceptance

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaultyFile: an incomplete response leaves no file, and an API error is not
// saved as one.
func TestFaultyFile(t *testing.T) {
	t.Parallel()
	packed := zipped(`{"text":"` + strings.Repeat("packed ", 1000) + `"}`)
	for name, test := range map[string]struct {
		step   func(net.Conn)
		flags  []string
		status int
	}{
		"reset inside the body": {breaks(jsonHead(200, "Content-Length: 99\r\n") + `{"half":`), nil, 3},
		"wrong Content-Length":  {sends(jsonHead(200, "Content-Length: 99\r\n") + `{"ok":1}`), nil, 3},
		"truncated gzip":        {sends(jsonHead(200, "Content-Encoding: gzip\r\n") + packed[:len(packed)-9]), nil, 3},
		"truncated JSON":        {sends(jsonHead(200, "") + `{"half":`), nil, 3},
		"too slow":              {drips(jsonHead(200, "")+"[", 1e7), []string{"--timeout", "100ms"}, 3},
		"503":                   {sends(jsonHead(503, "") + `{"status":503}`), nil, 1},
		"refused":               {breaks(""), nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "file.json")
			if err := os.WriteFile(file+".before", []byte("kept"), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, target := range []string{file, file + ".before"} {
				got, _ := faultyCall(t, faulty(t, test.step), append([]string{"--out-file", target}, test.flags...)...)
				if got.Status != test.status {
					t.Errorf("status %d: %s", got.Status, got.Stderr)
				}
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("there is a file under the final name")
			}
			if before, err := os.ReadFile(file + ".before"); string(before) != "kept" {
				t.Errorf("the earlier file is %q, %v", before, err)
			}
		})
	}
}

// TestFileThatCannotBe: an unwritable location is detected before anything is sent.
func TestFileThatCannotBe(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	locked := filepath.Join(folder, "locked")
	if err := os.Mkdir(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		locked = "/sys" // root can write everywhere except here
	}
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		path, want string
	}{
		"read-only folder": {filepath.Join(locked, "x.json"), "permission denied"},
		"no such folder":   {filepath.Join(folder, "none", "x.json"), "does not exist"},
		"below a file":     {filepath.Join(folder, "file", "x.json"), "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(locked); err != nil {
				t.Skip(err)
			}
			got, _ := faultyCall(t, closedServer(t), "--out-file", test.path)
			if got.Status != 5 || !strings.Contains(got.Stderr, test.want) {
				t.Errorf("status %d: %s", got.Status, got.Stderr)
			}
		})
	}
}
