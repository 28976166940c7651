package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const rows = 10_000

// creation compares as many creations as there are rows with curl, which makes the
// same requests to the same server.
func creation(epilot, dir, server string, runs int) (pair, error) {
	const path = "/v1/entity/contact"
	table, requests := strings.Builder{}, strings.Builder{}
	table.WriteString("first_name,last_name,email,address.city\n")
	for i := range rows {
		fmt.Fprintf(&table, "Ada %d,King,ada%d@example.com,Town %d\n", i, i, i%97)
		if i > 0 {
			requests.WriteString("next\n")
		}
		body := fmt.Sprintf(`{"first_name":"Ada %d","last_name":"King","email":"ada%d@example.com","address":{"city":"Town %d"}}`, i, i, i%97)
		fmt.Fprintf(&requests, "url = %q\nrequest = POST\nheader = \"Authorization: Bearer token\"\nheader = \"Content-Type: application/json\"\n"+
			"data = %q\nsilent\noutput = \"/dev/null\"\n", server+path, body)
	}
	file, config := filepath.Join(dir, "rows.csv"), filepath.Join(dir, "requests.curl")
	if err := os.WriteFile(file, []byte(table.String()), 0o600); err != nil {
		return pair{}, err
	}
	if err := os.WriteFile(config, []byte(requests.String()), 0o600); err != nil {
		return pair{}, err
	}
	return pair{
		name:  "10000 creates / curl -Z",
		ours:  []string{epilot, "entity", "createEntity", "contact", "--each", file, "--parallel", "16", "-s", server, "-t", "token"},
		other: []string{"curl", "-Z", "--parallel-max", "16", "-K", config},
		runs:  runs, most: 1, memory: 80,
	}, nil
}
