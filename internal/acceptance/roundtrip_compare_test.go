package acceptance

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// run makes the call and describes what is wrong with it.
func (c *plannedCall) run(ctx context.Context, server *receiver, env map[string]string) []string {
	prefix := server.prefix()
	args := append(slices.Clone(c.args), "--yes", "--token", "token-of-the-test", "--server", server.url+prefix)
	result := Process{Env: env, Stdin: c.stdin}.Run(ctx, args...)
	got := server.take(prefix)
	if result.Status != 0 || result.Stderr != "" || result.Stdout != "{}\n" || len(got) != 1 {
		return []string{fmt.Sprintf("%d requests arrived, exit status %d, stdout %q, stderr %s",
			len(got), result.Status, result.Stdout, result.Stderr)}
	}
	return c.compare(got[0])
}

func (c *plannedCall) compare(got arrival) []string {
	var wrong []string
	wantBody := c.body
	if c.mediaType == formType && c.body != "" {
		got, wantBody = unformed(got), formMembers(c.body)
	}
	check := func(part, got, want string) {
		if got != want {
			wrong = append(wrong, fmt.Sprintf("%s\n\t got %s\n\twant %s", part, got, want))
		}
	}
	check("method", got.method, c.method)
	check("path", got.path, c.wantPath())
	check("query", strings.Join(byName(strings.Split(got.query, "&")), "&"), strings.Join(c.wantPairs(), "&"))
	check("headers", headerText(got), strings.Join(c.wantHeaders(), "\n"))
	check("body", got.body, wantBody)
	return wrong
}

// wantPath returns the template filled in with one encoded segment per value.
func (c *plannedCall) wantPath() string {
	path := c.path
	for _, a := range c.arguments {
		if a.in == "path" {
			path = strings.ReplaceAll(path, "{"+a.name+"}", encoded(word(a.value)))
		}
	}
	return path
}

func (c *plannedCall) wantPairs() []string {
	var pairs []string
	for _, a := range c.arguments {
		if a.in == "query" {
			pairs = append(pairs, a.pairs()...)
		}
	}
	return byName(pairs)
}

// byName sorts pairs by name, keeping the order of values with the same name.
func byName(pairs []string) []string {
	name := func(pair string) string { before, _, _ := strings.Cut(pair, "="); return before }
	slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(name(a), name(b)) })
	return pairs
}

func (c *plannedCall) wantHeaders() []string {
	var lines []string
	for _, a := range c.arguments {
		if a.in == "header" {
			lines = append(lines, strings.ToLower(a.name)+": "+word(a.value))
		}
	}
	if !c.public {
		lines = append(lines, "authorization: Bearer token-of-the-test")
	}
	if c.body != "" {
		lines = append(lines, "content-type: "+c.mediaType)
	}
	slices.Sort(lines)
	return lines
}

// headerText returns the sorted headers, except those of HTTP itself.
func headerText(got arrival) string {
	var lines []string
	for name, values := range got.header {
		switch name {
		case "Accept", "Accept-Encoding", "Content-Length", "User-Agent", "Connection":
		default:
			lines = append(lines, strings.ToLower(name)+": "+strings.Join(values, " | "))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
