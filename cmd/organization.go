package cmd

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// checkOrg refuses what cannot be the id of an organization. The message does
// not show it: it may be a token in the wrong place.
func (o *callOptions) checkOrg() error {
	if strings.ContainsFunc(o.org, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return failure.New(failure.Usage, "the value of --org is not the id of an organization").
			Hintf("give the id alone, as in --org 123")
	}
	return nil
}

// typedHeaders are the headers of this line: --org stands for one of them,
// unless -H has it.
func (o *callOptions) typedHeaders() []string {
	typed := slices.ContainsFunc(o.headers, func(line string) bool {
		name, _, _ := strings.Cut(line, ":")
		return strings.EqualFold(strings.TrimSpace(name), orgHeader)
	})
	if o.org == "" || typed {
		return o.headers
	}
	return append([]string{orgHeader + ": " + o.org}, o.headers...)
}
