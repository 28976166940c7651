package acceptance

import (
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// officialFault is a difference caused by a bug of the official CLI. If one applies,
// its parts must differ: a fixed bug must be removed from the list.
type officialFault struct {
	reason  string
	parts   []string // what differs; "call" if nothing is sent
	applies func(*plannedCall) bool
}

func officialFaults() []officialFault {
	return []officialFault{
		{
			reason:  "only the last -p counts, so that a required parameter is missing",
			parts:   []string{"call"},
			applies: func(c *plannedCall) bool { return len(c.flagged()) > 1 },
		},
		{
			reason: "arrays are sent as name[]=a and objects as name[member]=a, whatever style and explode say",
			parts:  []string{"query"},
			applies: func(c *plannedCall) bool {
				return len(c.flagged()) == 1 && slices.ContainsFunc(c.flagged(), composite)
			},
		},
		{
			reason: "a header keeps one byte of each character, which loses those beyond Latin-1",
			parts:  []string{"header"},
			applies: func(c *plannedCall) bool {
				return len(c.flagged()) == 1 && slices.ContainsFunc(c.flagged(), beyondLatin1)
			},
		},
		{
			reason:  "a body that is not JSON is refused",
			parts:   []string{"call"},
			applies: func(c *plannedCall) bool { return c.body != "" && !httpx.IsJSON(c.mediaType) },
		},
		{
			reason:  "a body that is a JSON string is sent without its quotes, as form data",
			parts:   []string{"body", "media type"},
			applies: func(c *plannedCall) bool { return strings.HasPrefix(c.body, `"`) },
		},
	}
}

// knownFaults returns the parts in which the official CLI has known bugs.
func knownFaults(c *plannedCall) []string {
	var parts []string
	for _, fault := range officialFaults() {
		if fault.applies(c) {
			parts = append(parts, fault.parts...)
		}
	}
	return parts
}

// flagged returns the arguments passed with -p.
func (c *plannedCall) flagged() []argument {
	return slices.DeleteFunc(slices.Clone(c.arguments), func(a argument) bool { return a.in == "path" })
}

func composite(a argument) bool {
	_, isText := a.value.(string)
	return !isText
}

func beyondLatin1(a argument) bool {
	return a.in == "header" && strings.ContainsFunc(word(a.value), func(r rune) bool { return r > '\u00ff' })
}

// answerFault is a bug of the official CLI with responses.
type answerFault string

const (
	followsPost   answerFault = "it follows a redirect of a POST with a GET"
	printsStream  answerFault = "with --json, an event stream is printed as it came"
	corruptsBytes answerFault = "bytes that are no text are printed as text"
)

func faultOf(op *openapi.Operation) answerFault {
	success := op.Success()
	switch {
	case success == nil && op.Method == http.MethodPost:
		return followsPost
	case success == nil || len(success.Contents) == 0:
		return ""
	case success.Contents[0].MediaType == "text/event-stream":
		return printsStream
	case strings.HasPrefix(success.Contents[0].MediaType, "image/"):
		return corruptsBytes
	}
	return ""
}
