package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

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
	return []pair{
		{name: "600 MB --json / curl", ours: listing(epilot, of(600), "--json"), other: []string{"curl", "-s", "-o", "/dev/null", of(600) + path}, runs: runs, most: 10, memory: 64},
		{name: "pretty 100 MB / jq .", ours: listing(epilot, of(100)), other: []string{"jq", ".", file}, runs: runs, most: 0.2, memory: 64},
		count,
		{
			name: "1000 pages --all", ours: []string{epilot, "user", "listUsersV2", "-s", server, "-t", "token", "--all", "--page-size", strconv.Itoa(perPage), "--json"},
			why: "nothing to compare with", runs: runs, memory: 64,
		},
	}, nil
}
