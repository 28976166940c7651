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

// check holds the whole request against the definition, so that one answer
// names the faults of parameters and body. What is not documented passes, as it
// does at the API.
func (c *call) check() error {
	faults, err := c.checkParams()
	if err != nil {
		return err
	}
	more, err := c.readBody()
	if err != nil {
		return err
	}
	return invalid(append(faults, more...))
}

// checkParams reads the query and checks every documented parameter.
func (c *call) checkParams() ([]string, error) {
	query, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the query cannot be read: %s", err)
	}
	c.query = query
	var faults []string
	for _, p := range c.op.Params {
		for _, fault := range c.checkParam(p) {
			faults = append(faults, fmt.Sprintf("%s parameter %s: %s", p.In, p.Name, fault))
		}
	}
	return faults, nil
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
	if p.MediaType != "" {
		return c.checkDocument(p)
	}
	given := c.given(p)
	if given.isAbsent() {
		return missing(p)
	}
	if p.Schema == nil {
		return nil
	}
	return messages(given.check(p.Schema))
}

func missing(p *operation.Param) []string {
	if p.Required {
		return []string{"is required"}
	}
	return nil
}

// words are the values that the request has under the parameter's own name.
func (c *call) words(p *operation.Param) []string {
	switch p.In {
	case "path":
		if value, ok := c.path[p.Name]; ok {
			return []string{value}
		}
		return nil
	case "query":
		return c.query[p.Name]
	case "cookie":
		return c.cookies(p.Name)
	}
	return c.request.Header.Values(p.Name)
}

// cookies are the values of that name, percent-decoded where they can be.
func (c *call) cookies(name string) []string {
	var words []string
	for _, cookie := range c.request.CookiesNamed(name) {
		word, err := url.QueryUnescape(cookie.Value)
		if err != nil {
			word = cookie.Value
		}
		words = append(words, word)
	}
	return words
}

// checkDocument checks a parameter that has "content": its text is a document.
func (c *call) checkDocument(p *operation.Param) []string {
	words := c.words(p)
	switch {
	case len(words) == 0:
		return missing(p)
	case len(words) > 1:
		return []string{fmt.Sprintf("given %d times, but takes one value", len(words))}
	case !operation.IsJSON(p.MediaType):
		return nil
	}
	return checkJSON(p.Schema, []byte(words[0]))
}

// messages are the faults of a parameter: what is said of all of it needs no
// place.
func messages(faults []schema.Fault) []string {
	var found []string
	for _, fault := range faults {
		if fault.Path == "$" {
			found = append(found, fault.Message)
		} else {
			found = append(found, fault.String())
		}
	}
	return found
}
