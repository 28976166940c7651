package acceptance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// manner is a way to call an operation.
type manner struct {
	name       string
	all        bool   // every parameter and property, not only the required ones
	positional bool   // path parameters without -p
	whole      bool   // arrays and objects as JSON
	stdin      bool   // the body on stdin, not with -d
	text       string // for parameters that accept any string
	definition bool   // with the unchanged document of the npm package
}

// manners returns those of the n-th operation of an API. Reading a complete document
// is slow, so not every operation is called with one.
func manners(n int) []manner {
	list := []manner{
		{name: "all", all: true, text: hostile},
		{name: "all as JSON", all: true, whole: true, positional: true, stdin: true, text: hostile},
		{name: "required", positional: true, text: digits},
	}
	if sdkDefinitions() != "" && (n%10 == 0 || everything()) {
		list = append(list, manner{name: "--definition", all: true, positional: true, text: hostile, definition: true})
	}
	return list
}

// everything reports whether tests run completely instead of on a sample.
func everything() bool { return os.Getenv("EPILOT_TEST_ALL") != "" }

// TestRoundTrip calls every operation of the catalog with sample arguments (every
// fourth without load, every sixteenth with -short) and compares the request with the definition.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	known := catalog.New(catalog.Options{})
	server := newReceiver(t)
	env := map[string]string{"HOME": t.TempDir()}
	for _, name := range known.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, err := known.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			roundTrip(t, api, server, env)
		})
	}
}

func roundTrip(t *testing.T, api *openapi.API, server *receiver, env map[string]string) {
	t.Helper()
	promised := promises(t, api)
	if len(promised) != len(api.Operations) {
		t.Errorf("the definition has %d operations, the catalog %d", len(promised), len(api.Operations))
	}
	for i, op := range api.Operations {
		if i%4 != 0 && !withLoad() || i%16 != 0 && testing.Short() {
			continue
		}
		for _, how := range manners(i) {
			c := planCall(api.Name, op.Load(), promised[op.ID], how)
			for _, wrong := range c.run(t.Context(), server, env) {
				t.Errorf("%s %s (%s): %s\n\tepilot %s", api.Name, op.ID, how.name, wrong, strings.Join(c.args, " "))
			}
		}
	}
}

// plannedCall is a command line and the request it must send.
type plannedCall struct {
	promise
	arguments []argument
	args      []string
	stdin     string
	body      string
}

func planCall(api string, op *openapi.Operation, p promise, how manner) *plannedCall {
	c := &plannedCall{promise: p}
	for _, param := range p.params {
		if param.required || param.in == "path" || how.all {
			c.arguments = append(c.arguments, argument{param, sampleValue(op.Param(param.name, param.in), how.text)})
		}
	}
	if p.mediaType != "" && (p.bodyRequired || how.all) {
		c.body = sampleBody(op, how.all)
	}
	c.args = append([]string{api, op.ID}, c.words(how)...)
	switch {
	case c.body == "":
	case how.stdin:
		c.stdin = c.body
	default:
		c.args = append(c.args, "-d", c.body)
	}
	if how.definition {
		c.args = append(c.args, "--definition", filepath.Join(sdkDefinitions(), api+".json"))
	}
	return c
}

// words returns the positional arguments, then -p for all others.
func (c *plannedCall) words(how manner) []string {
	var words, flags []string
	for _, a := range c.inTemplateOrder() {
		if how.positional && a.in == "path" {
			words = append(words, word(a.value))
		} else {
			flags = append(flags, a.flags(how.whole)...)
		}
	}
	return append(words, flags...)
}

func (c *plannedCall) inTemplateOrder() []argument {
	position := func(a argument) int { return strings.Index(c.path, "{"+a.name+"}") }
	sorted := slices.Clone(c.arguments)
	slices.SortStableFunc(sorted, func(a, b argument) int { return position(a) - position(b) })
	return sorted
}

// sampleBody returns a body for the operation: JSON, from which a form is made too.
func sampleBody(op *openapi.Operation, full bool) string {
	content := contentOf(op)
	if !httpx.IsJSON(content.MediaType) && content.MediaType != formType {
		return "any text: é"
	}
	if content.Schema == nil {
		return `{"any":"thing"}`
	}
	return schema.SampleFor(content.Schema, full, schema.Request)
}

func contentOf(op *openapi.Operation) *openapi.Content {
	if op.Body == nil || len(op.Body.Contents) == 0 {
		return &openapi.Content{}
	}
	if content := openapi.JSON(op.Body.Contents); content != nil {
		return content
	}
	return op.Body.Contents[0]
}
