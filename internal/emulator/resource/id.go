package resource

import (
	"fmt"
	"io"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// NewUUID makes a random UUID: RFC 9562, section 5.4.
func NewUUID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// idForm is how the ids of a kind look.
type idForm struct {
	sample  string
	schemas []*openapi.Schema // that each id has to fit
}

// readIDForm reads it from what the operation answers and from the paths that
// name one resource.
func (r *endpoint) readIDForm() idForm {
	if r.shape == nil || r.shape.id == "" {
		return idForm{}
	}
	form := idForm{
		sample:  jsonx.Unquote(r.shape.full().Get(r.shape.id)),
		schemas: []*openapi.Schema{schema.Member(r.shape.resource, r.shape.id)},
	}
	if whole, ok := jsonx.ParseObject([]byte(sample.Text(message.JSONContent(r.op)))); ok {
		if documented := r.shape.within(whole).Get(r.shape.id); documented != nil {
			form.sample = jsonx.Unquote(documented)
		}
	}
	for _, other := range r.api.Operations {
		if keyOf(pathTemplate(other.Path)) != r.kind.key+"/{}" {
			continue
		}
		if p := other.Load().Param(r.kind.param, "path"); p != nil {
			form.schemas = append(form.schemas, p.Schema)
		}
	}
	return form
}

// newIDLike makes an id of the form: what stands before the last "_" or ":" of
// the sample stays, digits become digits and letters letters. Where the sample
// shows no form of its own it is a UUID.
func newIDLike(random io.Reader, form idForm) (string, error) {
	uuid, err := NewUUID(random)
	if err != nil {
		return "", err
	}
	like, err := shuffled(random, form.sample)
	if err != nil {
		return "", err
	}
	number, err := shuffled(random, "123456") // where an id is an integer: a sample such as 1 has too few others
	if err != nil {
		return "", err
	}
	candidates := []string{uuid, number, like}
	if isForm(form.sample) {
		candidates = []string{like, uuid}
	}
	for _, id := range append(candidates, form.sample) {
		if matchesAll(form.schemas, id) {
			return id, nil
		}
	}
	return uuid, nil
}

// isForm reports whether a sample shows how its ids look: it has digits and is
// long enough for new ones to be different, and it is no UUID.
func isForm(sample string) bool {
	tail := sample[strings.LastIndexAny(sample, "_:")+1:]
	isUUID := len(sample) == 36 && strings.Count(sample, "-") == 4
	return !isUUID && len(tail) >= 6 && strings.ContainsAny(tail, "0123456789")
}

func matchesAll(schemas []*openapi.Schema, id string) bool {
	for _, s := range schemas {
		if s != nil && len(schema.CheckWord(s, id)) > 0 {
			return false
		}
	}
	return true
}

func shuffled(random io.Reader, sample string) (string, error) {
	id := []byte(sample)
	noise := make([]byte, len(id))
	if _, err := io.ReadFull(random, noise); err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	for i := strings.LastIndexAny(sample, "_:") + 1; i < len(id); i++ {
		id[i] = randomLike(id[i], noise[i])
	}
	return string(id), nil
}

// randomLike is another byte of the same kind. A first digit is never 0, so that
// a number stays one.
func randomLike(b, noise byte) byte {
	switch {
	case '0' <= b && b <= '9':
		return '1' + noise%9
	case 'a' <= b && b <= 'f':
		return 'a' + noise%6
	case 'g' <= b && b <= 'z':
		return 'a' + noise%26
	case 'A' <= b && b <= 'F':
		return 'A' + noise%6
	case 'G' <= b && b <= 'Z':
		return 'A' + noise%26
	}
	return b
}

// NewID is a new id in the form of the one that a sample response has, "" where
// it has none.
func (r *Service) NewID(c *message.Request, body []byte) (string, error) {
	members, _ := jsonx.ParseObject(body)
	for _, name := range []string{"id", "_id"} {
		if value := members.Get(name); value.Kind() == '"' {
			return newIDLike(r.random, idForm{sample: jsonx.Unquote(value)})
		}
	}
	return "", nil
}
