package acceptance

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
)

// differences lists the parts of the requests that differ in meaning.
func differences(c *plannedCall, ours, theirs arrival) []string {
	var parts []string
	check := func(part string, same bool) {
		if !same {
			parts = append(parts, part)
		}
	}
	check("method", ours.method == theirs.method)
	check("path", reflect.DeepEqual(segments(ours.path), segments(theirs.path)))
	check("query", reflect.DeepEqual(values(ours.query), values(theirs.query)))
	for _, a := range c.arguments {
		if a.in == "header" {
			check("header", ours.header.Get(a.name) == theirs.header.Get(a.name))
		}
	}
	check("body", reflect.DeepEqual(meaning(ours.body), meaning(theirs.body)))
	if c.body != "" {
		check("media type", ours.header.Get("Content-Type") == theirs.header.Get("Content-Type"))
	}
	return parts
}

func segments(path string) []string {
	parts := strings.Split(path, "/")
	for i := range parts {
		if text, err := url.PathUnescape(parts[i]); err == nil {
			parts[i] = text
		}
	}
	return parts
}

func values(query string) url.Values {
	found, err := url.ParseQuery(query)
	if err != nil {
		return url.Values{"not a query": {query}}
	}
	return found
}

// meaning returns a body as JSON if it is JSON.
func meaning(body string) any {
	type notJSON string
	var value any
	if json.Unmarshal([]byte(body), &value) != nil {
		return notJSON(body)
	}
	return value
}
