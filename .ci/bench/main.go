// Command bench measures the built program as a person meets it: whole
// processes, paired runs, medians. It compares one call on loopback with curl
// for the same request, a call on the largest API with one on a small API,
// --version with an empty Go program, and what is large with curl, jq and the
// official CLI, whose path EPILOT_OFFICIAL_CLI names; and it puts the local
// epilot under load. It fails where a promise about one of them is broken.
//
//	go run ./.ci/bench [-runs 30] [-large 3]
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	runs := flag.Int("runs", 30, "paired runs of each command")
	large := flag.Int("large", 3, "paired runs of each command that moves much; 0 for none")
	flag.Parse()
	if err := run(*runs, *large); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(runs, large int) error {
	dir, err := os.MkdirTemp("", "epilot-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	epilot, empty, err := build(dir)
	if err != nil {
		return err
	}
	server := httptest.NewServer(handler())
	defer server.Close()
	pairs := small(epilot, empty, server.URL, runs)
	if large > 0 {
		more, err := larger(epilot, dir, server.URL, large)
		if err != nil {
			return err
		}
		pairs = append(pairs, more...)
	}
	var broken []error
	for _, p := range pairs {
		broken = append(broken, p.compare())
	}
	broken = append(broken, mocked(epilot, dir, runs))
	return errors.Join(broken...)
}

func small(epilot, empty, server string, runs int) []pair {
	call := listing(epilot, server)
	return []pair{
		{name: "one call / curl -s", ours: call, other: []string{"curl", "-s", "-H", "Authorization: Bearer token", server + path}, runs: runs},
		{name: "largest API / small API", ours: []string{epilot, "customer-portal", "getExternalLinksV3", "-s", server, "-t", "token"}, other: call, runs: runs},
		{name: "--version / empty program", ours: []string{epilot, "--version"}, other: []string{empty}, runs: runs},
		{name: "--help / empty program", ours: []string{epilot, "--help"}, other: []string{empty}, runs: runs},
		{name: "entity / empty program", ours: []string{epilot, "entity"}, other: []string{empty}, runs: runs},
		{name: "Tab / empty program", ours: []string{epilot, "__complete", "entity", "createEntity", "-p", ""}, other: []string{empty}, runs: runs},
	}
}

func listing(program, server string, flags ...string) []string {
	return append([]string{program, "access-token", "listAccessTokens", "-s", server, "-t", "token"}, flags...)
}

// build makes the program as a release does, and a program that does nothing.
func build(dir string) (epilot, empty string, err error) {
	epilot, empty = filepath.Join(dir, "epilot"), filepath.Join(dir, "empty")
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return "", "", err
	}
	for output, from := range map[string]string{epilot: ".", empty: source} {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", output, from)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return "", "", fmt.Errorf("build %s: %w", from, err)
		}
	}
	return epilot, empty, nil
}
