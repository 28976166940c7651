// Command bench measures the built program as a person meets it: whole
// processes, paired runs, medians. It compares one call on loopback with curl
// for the same request, a call on the largest API with one on a small API, and
// --version with an empty Go program.
//
//	go run ./.ci/bench [-runs 30]
package main

import (
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

func main() {
	runs := flag.Int("runs", 30, "paired runs of each command")
	flag.Parse()
	if err := run(*runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(runs int) error {
	dir, err := os.MkdirTemp("", "epilot-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	epilot, empty, err := build(dir)
	if err != nil {
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	path := "/v1/access-tokens"
	call := []string{epilot, "access-token", "listAccessTokens", "-s", server.URL, "-t", "token"}
	pairs := []struct {
		name        string
		ours, other []string
	}{
		{"one call / curl -s", call, []string{"curl", "-s", "-H", "Authorization: Bearer token", server.URL + path}},
		{"largest API / small API", []string{epilot, "customer-portal", "getExternalLinksV3", "-s", server.URL, "-t", "token"}, call},
		{"--version / empty program", []string{epilot, "--version"}, []string{empty}},
		{"--help / empty program", []string{epilot, "--help"}, []string{empty}},
	}
	for _, pair := range pairs {
		if err := compare(pair.name, pair.ours, pair.other, runs); err != nil {
			return err
		}
	}
	return nil
}

func answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `[{"id":"api_1","name":"bench","created_at":"2026-01-01T00:00:00.000Z"}]`)
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

// sample is what one process took.
type sample struct {
	took time.Duration
	peak int64 // resident memory in KiB
}

// compare runs both commands in turns, so that whatever else the machine does
// meets both alike.
func compare(name string, ours, other []string, runs int) error {
	var a, b []sample
	for i := range runs + 3 {
		one, err := measure(ours)
		if err != nil {
			return err
		}
		two, err := measure(other)
		if err != nil {
			return err
		}
		if i >= 3 { // the first ones warm the caches
			a, b = append(a, one), append(b, two)
		}
	}
	x, y := median(a), median(b)
	fmt.Printf("%-28s %8.2f ms / %8.2f ms = %.2f   peak %.1f MB / %.1f MB\n", name,
		ms(x.took), ms(y.took), float64(x.took)/float64(y.took), float64(x.peak)/1024, float64(y.peak)/1024)
	return nil
}

func measure(words []string) (sample, error) {
	cmd := exec.Command(words[0], words[1:]...)
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%v: %w", words, err)
	}
	took := time.Since(start)
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return sample{took, usage.Maxrss}, nil
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return cmp.Compare(a.took, b.took) })
	return samples[len(samples)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
