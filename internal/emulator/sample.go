package emulator

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// wish is what a request wants of its sample.
type wish struct {
	accept  string
	example string       // the name of one, "" for none
	random  *rand.Rand   // nil: always the same
	texts   *sampleTexts // that were made before; nil: none are kept
}

// sampleTexts are the fixed samples of contents, each made once. There are as many
// as the catalog has contents at most.
type sampleTexts struct{ known sync.Map }

func (t *sampleTexts) of(content *operation.Content) string {
	if t == nil {
		return sampleText(content)
	}
	if text, ok := t.known.Load(content); ok {
		return text.(string)
	}
	text := sampleText(content)
	t.known.Store(content, text)
	return text
}

// sampleAnswer is what an operation without a service of its own answers: the
// definition's example of its success, or a sample made from the schema.
func sampleAnswer(op *operation.Operation) *answer {
	a, err := wish{}.answer(success(op), successStatus(op))
	if err != nil { // only a named example can be missing
		return refusal(err)
	}
	return a
}

// success is the first 2XX response, else the first redirect, else the default.
func success(op *operation.Operation) *operation.Response {
	found := op.Success()
	if found != nil && found.Status != "default" {
		return found
	}
	for _, r := range op.Responses {
		if strings.HasPrefix(r.Status, "3") && r.Status != "304" {
			return r
		}
	}
	return found
}

// successStatus is the status that the definition gives a success; "2XX" and
// "default" become 200, no response at all 204.
func successStatus(op *operation.Operation) int {
	response := success(op)
	if response == nil {
		return http.StatusNoContent
	}
	status, err := strconv.Atoi(response.Status)
	if err != nil || status < 200 || status > 399 {
		return http.StatusOK
	}
	return status
}

// redirectTarget is where a sample redirect leads: this emulator, so that a
// client that follows it stays here.
const redirectTarget = insidePrefix + "sample"

// answer presents a response of the definition. The problem is a 400 for an
// example that it does not have.
func (w wish) answer(response *operation.Response, status int) (*answer, error) {
	a := &answer{status: status}
	if status >= 300 && status < 400 && status != http.StatusNotModified {
		a.header = http.Header{"Location": {redirectTarget}}
	}
	if response == nil || !hasBody(status) {
		return a, nil
	}
	content := negotiate(response.Contents, w.accept)
	if content == nil {
		return a, nil
	}
	text, err := w.text(content)
	if err != nil {
		return nil, err
	}
	a.mediaType, a.body = concrete(content.MediaType), []byte(text)
	if !operation.IsJSON(a.mediaType) {
		a.body = otherSample(a.mediaType, text)
	}
	return a, nil
}

// hasBody reports whether an answer of that status may have a body (RFC 9110,
// section 6.4.1).
func hasBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// text is the JSON of the content's sample: the example that the request
// names, else, unless it is to be random, the first example that fits the
// schema, else one made from the schema.
func (w wish) text(content *operation.Content) (string, error) {
	if w.example != "" {
		return namedExample(content, w.example)
	}
	if w.random != nil {
		return schema.SampleWith(content.Schema, schema.SampleOptions{Direction: schema.Response, Random: w.random}), nil
	}
	return w.texts.of(content), nil
}

func namedExample(content *operation.Content, name string) (string, error) {
	var names []string
	for _, example := range content.Examples {
		if example.Name == name {
			return example.Value, nil
		}
		if example.Name != "" {
			names = append(names, example.Name)
		}
	}
	there := "it has no named examples"
	if len(names) > 0 {
		there = "it has " + strings.Join(names, ", ")
	}
	return "", refuse(http.StatusBadRequest, "header parameter Prefer: the response has no example %q; %s", name, there)
}

func sampleText(content *operation.Content) string {
	for _, example := range content.Examples {
		if fitting(content.Schema, example.Value) {
			return example.Value
		}
	}
	return schema.SampleWith(content.Schema, schema.SampleOptions{Direction: schema.Response, Full: true, Realistic: true})
}

// fitting reports whether an example is a JSON text that fits its schema.
func fitting(s *operation.Schema, text string) bool {
	value, err := schema.Decode([]byte(text))
	return err == nil && (s == nil || len(schema.Check(s, value, schema.Response)) == 0)
}

// preferred is the sample of the status that a request asks for. The problem
// is a 400 that lists the statuses of the definition.
func (w wish) preferred(op *operation.Operation, code int) (*answer, error) {
	if code == 0 {
		return w.answer(success(op), successStatus(op))
	}
	text := strconv.Itoa(code)
	for _, status := range []string{text, text[:1] + "XX", text[:1] + "xx", "default"} {
		for _, r := range op.Responses {
			if r.Status == status {
				return w.answer(r, code)
			}
		}
	}
	var known []string
	for _, r := range op.Responses {
		known = append(known, r.Status)
	}
	return nil, refuse(http.StatusBadRequest, "header parameter Prefer: %s has no response %d; it has %s",
		op.ID, code, strings.Join(known, ", "))
}
