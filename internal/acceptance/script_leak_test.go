package acceptance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// marker is in every token, key and password that a script uses, so that everything
// the suite writes can be searched for them. A script with a token without it fails
// when a server receives that token.
const marker = "SeCrEt"

// watched is a test whose log testscript fills with every command and both of its
// streams.
type watched struct{ *testing.T }

// Verbose returns true, so that testscript also logs successful commands.
func (w watched) Verbose() bool { return true }

func (w watched) Run(name string, f func(testscript.T)) {
	w.T.Run(name, func(t *testing.T) { f(watched{t}) })
}

func (w watched) Log(args ...any) {
	text := fmt.Sprint(args...)
	for _, leak := range leaks(text) {
		w.Errorf("a token is shown: %s", leak)
	}
	if testing.Verbose() || w.Failed() {
		w.T.Log(text)
	}
}

// leaks returns the lines of a log, below [stdout] and [stderr], where the program
// printed a token. Allowed are the output of "auth print-token" and a new token in a
// response of the API, but never on stderr.
func leaks(log string) (found []string) {
	command, stream := "", ""
	for line := range strings.Lines(log) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "> "), strings.HasPrefix(line, "# "):
			command, stream = line, ""
		case line == "[stdout]" || line == "[stderr]":
			stream = line
		case stream == "[stderr]" && (strings.Contains(line, marker) || isJWT(line)),
			stream == "[stdout]" && strings.Contains(line, marker) && !printsToken(command):
			found = append(found, command+" "+stream+" "+line)
		}
	}
	return found
}

func printsToken(command string) bool {
	return strings.Contains(command, " print-token") || strings.HasPrefix(command, "> exec cat ")
}

func isJWT(line string) bool { return regexp.MustCompile(`eyJ[\w-]{5,}\.`).MatchString(line) }

// searchFiles searches the files that a script leaves: tokens are allowed only in
// the two files for them, which nobody else may read, and in sent headers.
func searchFiles(ts interface{ Errorf(string, ...any) }, work string, hasModes bool) {
	_ = filepath.WalkDir(work, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil // a script may leave an unreadable file
		}
		name, _ := filepath.Rel(work, path)
		for _, wrong := range inFile(filepath.ToSlash(name), string(text), entry, hasModes) {
			ts.Errorf("%s: %s", name, wrong)
		}
		return nil
	})
}

func inFile(name, text string, entry fs.DirEntry, hasModes bool) []string {
	switch {
	case strings.HasSuffix(name, ".requests"):
		return inRequests(text)
	case name == "screen" && strings.Contains(text, marker):
		return []string{"the terminal showed a token"}
	case !isOurs(name) || !strings.Contains(text, marker):
		return nil
	case name != "config/epilot/profiles.json" && name != "config/epilot/credentials.json":
		return []string{"a token is where none belongs"}
	}
	if info, err := entry.Info(); hasModes && (err != nil || info.Mode().Perm() != 0o600) {
		return []string{fmt.Sprintf("a token is in a file of mode %v", info.Mode())}
	}
	return nil
}

// isOurs reports whether the program writes a file of that name; all others belong
// to the script.
func isOurs(name string) bool {
	for _, dir := range []string{"config/", "state/", "cache/", "home/"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	return false
}

// inRequests checks the requests that a server received. The search depends on the
// marker, so each token in them must contain it.
func inRequests(text string) (wrong []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		token, isBearer := strings.CutPrefix(line, "Authorization: Bearer ")
		switch {
		case isBearer && !strings.Contains(token, marker) && !isJWT(token):
			wrong = append(wrong, "the script uses a token without "+marker+" in it")
		case strings.HasPrefix(line, "GET ") && strings.Contains(line, marker) && !strings.Contains(line, "password="):
			wrong = append(wrong, "a token is in the address: "+line)
		}
	}
	return wrong
}

// TestLeaksAreFound: the search must be able to find a leak.
func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	for log, want := range map[string]int{
		"> exec epilot x --token SeCrEt\n[stdout]\n{}\n":                           0,
		"> exec epilot x\n[stdout]\n{\"a\":\"SeCrEt\"}\n":                          1,
		"> exec epilot x\n[stderr]\nerror: SeCrEt\n[exit status 1]\n":              1,
		"> exec epilot x\n[stderr]\nerror: eyJhbGciOi.eyJ\n":                       1,
		"> exec epilot x\n[stdout]\n\"eyJhbGciOi.eyJ\"\n":                          0,
		"> exec epilot auth print-token\n[stdout]\nSeCrEt\n":                       0,
		"> exec epilot auth print-token\n[stderr]\nSeCrEt\n":                       1,
		"> exec epilot x\n[stdout]\nok\n> env EPILOT_TOKEN=SeCrEt\n# SeCrEt now\n": 0,
	} {
		if got := leaks(log); len(got) != want {
			t.Errorf("%q: %q", log, got)
		}
	}
	if got := inRequests("GET /x?a=SeCrEt\nAuthorization: Bearer other\nAuthorization: Bearer SeCrEt\n---\n"); len(got) != 2 {
		t.Errorf("requests: %q", got)
	}
	dir := t.TempDir()
	for name, mode := range map[string]fs.FileMode{
		"config/epilot/profiles.json": 0o644, "config/epilot/credentials.json": 0o600, "cache/x": 0o600, "typed": 0o644, "screen": 0o600,
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("SeCrEt"), mode); err != nil {
			t.Fatal(err)
		}
	}
	var found collector
	searchFiles(&found, dir, runtime.GOOS != "windows")
	if len(found) != 3 && runtime.GOOS != "windows" {
		t.Errorf("files: %q", found)
	}
}

type collector []string

func (c *collector) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}
