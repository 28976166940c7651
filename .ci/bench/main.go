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
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
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
		{name: "search / --version", ours: []string{epilot, "search", "create", "contact"}, other: []string{epilot, "--version"}, runs: runs, most: 1.6},
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

// pair is two commands to compare, and what is promised about ours.
type pair struct {
	name        string
	ours, other []string // other is empty where there is nothing to compare with
	why         string   // there is nothing
	runs        int
	most        float64 // times as long as the other, 0 for no promise
	memory      int64   // at most, in MiB, 0 for no promise
}

// sample is what one process took.
type sample struct {
	took time.Duration
	peak int64 // resident memory in KiB
}

// compare runs both commands in turns, so that whatever else the machine does
// meets both alike.
func (p pair) compare() error {
	var a, b []sample
	warm := min(p.runs, 3) // the first ones warm the caches
	for i := range p.runs + warm {
		one, err := measure(p.ours)
		if err != nil {
			return err
		}
		two, err := measure(p.other)
		if err != nil {
			return err
		}
		if i >= warm {
			a, b = append(a, one), append(b, two)
		}
	}
	return p.judge(median(a), median(b))
}

// judge prints the medians and holds them against what is promised.
func (p pair) judge(x, y sample) error {
	if len(p.other) == 0 {
		fmt.Printf("%-28s %8.2f ms / skipped: %s   peak %.1f MB\n", p.name, ms(x.took), p.why, mb(x.peak))
		return p.within(0, x.peak)
	}
	times := float64(x.took) / float64(y.took)
	fmt.Printf("%-28s %8.2f ms / %8.2f ms = %.2f   peak %.1f MB / %.1f MB\n",
		p.name, ms(x.took), ms(y.took), times, mb(x.peak), mb(y.peak))
	return p.within(times, x.peak)
}

func (p pair) within(times float64, peak int64) error {
	if p.most > 0 && times > p.most {
		return fmt.Errorf("%s: %.2f times as long, promised is %.2f", p.name, times, p.most)
	}
	if p.memory > 0 && peak > p.memory<<10 {
		return fmt.Errorf("%s: %.1f MB, promised are %d", p.name, mb(peak), p.memory)
	}
	return nil
}

func measure(words []string) (sample, error) {
	if len(words) == 0 {
		return sample{}, nil
	}
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

func mb(kib int64) float64 { return float64(kib) / 1024 }

const (
	pages, perPage = 1000, 100

	path = "/v1/access-tokens"
	item = `{"id":"api_5ZugdRXasLfWBypHi93Fk","name":"Zoë","n":12345678901234567890,"list":[1,2.50,null,true],"at":"2026-01-01"}`
)

// handler answers one small list, or below /NUMBER a list of so many MiB, sent
// from memory.
func handler() http.Handler {
	block := strings.Repeat(","+item, 1<<20/len(item))
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"id":"api_1","name":"bench","created_at":"2026-01-01T00:00:00.000Z"}]`)
	})
	mux.HandleFunc("/{size}"+path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		size, _ := strconv.Atoi(r.PathValue("size"))
		writeList(w, block, size)
	})
	mux.HandleFunc("/v2/users", writePage)
	return mux
}

// writePage answers the items from offset on, as many as limit says: a thousand
// pages of a hundred in all.
func writePage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	between := `{"users":[`
	for at := offset; at < min(offset+limit, pages*perPage); at++ {
		fmt.Fprintf(w, `%s{"id":"%d","name":%q}`, between, at, strings.Repeat("Zoë ", 50))
		between = ","
	}
	if between != "," {
		fmt.Fprint(w, between)
	}
	fmt.Fprint(w, `]}`)
}

func writeList(w io.Writer, block string, size int) {
	fmt.Fprint(w, "["+item)
	for range size {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
	fmt.Fprint(w, "]")
}

// larger are the promises about what is large.
func larger(epilot, dir, server string, runs int) ([]pair, error) {
	file := filepath.Join(dir, "list.json")
	list, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	writeList(list, strings.Repeat(","+item, 1<<20/len(item)), 100)
	if err := list.Close(); err != nil {
		return nil, err
	}
	of := func(size int) string { return server + "/" + strconv.Itoa(size) }
	count := pair{name: "--jsonata 20 MB / official", ours: listing(epilot, of(20), "--jsonata", "$count($)"), runs: runs, most: 1}
	if official := os.Getenv("EPILOT_OFFICIAL_CLI"); official != "" {
		count.other = append([]string{"node"}, listing(official, of(20), "--jsonata", "$count($)")...)
	} else {
		count.why = "EPILOT_OFFICIAL_CLI names no official CLI"
	}
	creates, err := creation(epilot, dir, server, runs)
	if err != nil {
		return nil, err
	}
	return []pair{
		creates,
		{name: "600 MB --json / curl", ours: listing(epilot, of(600), "--json"), other: []string{"curl", "-s", "-o", "/dev/null", of(600) + path}, runs: runs, most: 10, memory: 64},
		{name: "pretty 100 MB / jq .", ours: listing(epilot, of(100)), other: []string{"jq", ".", file}, runs: runs, most: 0.2, memory: 64},
		count,
		{
			name: "1000 pages --all", ours: []string{epilot, "user", "listUsersV2", "-s", server, "-t", "token", "--all", "--page-size", strconv.Itoa(perPage), "--json"},
			why: "nothing to compare with", runs: runs, memory: 64,
		},
	}, nil
}
