package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// maxFaults bounds how many faults one answer names.
const maxFaults = 5

// checkParams reads the query and checks every documented parameter of path,
// query and header against its schema. What is not documented passes, as it
// does at the API. Objects are only checked for presence.
func (c *call) checkParams() error {
	query, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "the query cannot be read: %s", err)
	}
	c.query = query
	var faults []string
	for _, p := range c.op.Params {
		for _, fault := range c.checkParam(p) {
			faults = append(faults, fmt.Sprintf("%s parameter %s: %s", p.In, p.Name, fault))
		}
	}
	return invalid(faults)
}

// invalid is the 400 for the faults, or nil where there are none.
func invalid(faults []string) error {
	if len(faults) == 0 {
		return nil
	}
	more := ""
	if len(faults) > maxFaults {
		more = fmt.Sprintf("; and %d more", len(faults)-maxFaults)
		faults = faults[:maxFaults]
	}
	return refuse(http.StatusBadRequest, "%s%s", strings.Join(faults, "; "), more)
}

func (c *call) checkParam(p *operation.Param) []string {
	if p.In == "cookie" || spreads(p) {
		return nil
	}
	words := c.words(p)
	if len(words) == 0 {
		return missing(p)
	}
	if p.MediaType != "" {
		return checkDocument(p, words[0])
	}
	target := p.Schema.Target()
	switch {
	case target == nil || target.Is("object"):
		return nil
	case target.Is("array"):
		return checkWords(target.Items, split(p, words))
	case len(words) > 1:
		return []string{fmt.Sprintf("given %d times, but takes one value", len(words))}
	}
	return checkWords(p.Schema, words)
}

// spreads reports whether the parameter's own name does not appear in the
// query: an object in form style with explode, or in deepObject style.
func spreads(p *operation.Param) bool {
	if p.In != "query" || p.MediaType != "" {
		return false
	}
	target := p.Schema.Target()
	return p.Style == "deepObject" || p.Explode && target != nil && target.Is("object")
}

func missing(p *operation.Param) []string {
	if p.Required {
		return []string{"is required"}
	}
	return nil
}

// words are the values that the request has for the parameter.
func (c *call) words(p *operation.Param) []string {
	switch p.In {
	case "path":
		if value, ok := c.path[p.Name]; ok {
			return []string{value}
		}
		return nil
	case "query":
		return c.query[p.Name]
	}
	return c.request.Header.Values(p.Name)
}

// split takes an array apart by its style (OpenAPI 3.1, "Style Values").
func split(p *operation.Param, words []string) []string {
	if p.In == "query" && p.Explode {
		return words
	}
	separator := ","
	switch p.Style {
	case "spaceDelimited":
		separator = " "
	case "pipeDelimited":
		separator = "|"
	}
	return strings.Split(strings.Join(words, separator), separator)
}

func checkWords(s *operation.Schema, words []string) []string {
	var found []string
	for _, word := range words {
		if s == nil {
			break
		}
		for _, fault := range schema.CheckWord(s, word) {
			found = append(found, fault.Message)
		}
	}
	return found
}

// checkDocument checks a parameter that has "content": its text is JSON.
func checkDocument(p *operation.Param, word string) []string {
	if !operation.IsJSON(p.MediaType) {
		return nil
	}
	return checkJSON(p.Schema, []byte(word))
}
