// Package check validates a request against its definition: parameters in every
// style, and bodies.
package check

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// MaxFaults is the maximum number of faults in a response.
const MaxFaults = 5

// checker reads and checks one request.
type checker struct {
	*message.Request
	writer http.ResponseWriter
}

// Check validates the request against the definition, and reports faults of
// parameters and body together. Like the API, it ignores anything undocumented.
func Check(w http.ResponseWriter, r *message.Request) error {
	c := &checker{r, w}
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

// checkParams parses the query and checks every documented parameter.
func (c *checker) checkParams() ([]string, error) {
	query, err := url.ParseQuery(c.HTTP.URL.RawQuery)
	if err != nil {
		return nil, message.Refuse(http.StatusBadRequest, "the query cannot be read: %s", err)
	}
	c.Query = query
	var faults []string
	for _, p := range c.Op.Params {
		for _, fault := range c.checkParam(p) {
			faults = append(faults, fmt.Sprintf("%s parameter %s: %s", p.In, p.Name, fault))
		}
	}
	return faults, nil
}

// invalid returns a 400 with the faults, or nil if there are none.
func invalid(faults []string) error {
	if len(faults) == 0 {
		return nil
	}
	more := ""
	if len(faults) > MaxFaults {
		more = fmt.Sprintf("; and %d more", len(faults)-MaxFaults)
		faults = faults[:MaxFaults]
	}
	return message.Refuse(http.StatusBadRequest, "%s%s", strings.Join(faults, "; "), more)
}

func (c *checker) checkParam(p *openapi.Param) []string {
	if p.MediaType != "" {
		return c.checkDocument(p)
	}
	value := c.readParam(p)
	if value.isAbsent() {
		return missing(p)
	}
	if p.Schema == nil {
		return nil
	}
	return messages(value.faults(p.Schema))
}

func missing(p *openapi.Param) []string {
	if p.Required {
		return []string{"is required"}
	}
	return nil
}

// values returns the request's values under the parameter's own name.
func (c *checker) values(p *openapi.Param) []string {
	switch p.In {
	case "path":
		if value, ok := c.Path[p.Name]; ok {
			return []string{value}
		}
		return nil
	case "query":
		return c.Query[p.Name]
	case "cookie":
		return c.cookies(p.Name)
	}
	return c.HTTP.Header.Values(p.Name)
}

// cookies returns the cookie values of the name, percent-decoded if possible.
func (c *checker) cookies(name string) []string {
	var texts []string
	for _, cookie := range c.HTTP.CookiesNamed(name) {
		word, err := url.QueryUnescape(cookie.Value)
		if err != nil {
			word = cookie.Value
		}
		texts = append(texts, word)
	}
	return texts
}

// checkDocument checks a parameter that has "content": its value is a document.
func (c *checker) checkDocument(p *openapi.Param) []string {
	texts := c.values(p)
	switch {
	case len(texts) == 0:
		return missing(p)
	case len(texts) > 1:
		return []string{fmt.Sprintf("given %d times, but takes one value", len(texts))}
	case !httpx.IsJSON(p.MediaType):
		return nil
	}
	return checkJSON(p.Schema, []byte(texts[0]))
}

// messages formats the faults of a parameter. A fault of the complete value has
// no pointer.
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
