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

// NewUUID returns a random UUID, version 4 (RFC 9562, section 5.4).
func NewUUID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// idForm is the format of a type's ids.
type idForm struct {
	sample  string
	schemas []*openapi.Schema // that each id must match
}

// readIDForm derives the format from the operation's response and from the paths
// with the id of a resource.
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
	if form.sample == "" { // the response's example has no id
		form.sample = jsonx.Unquote([]byte(schema.SampleFor(form.schemas[0], true, schema.Response)))
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

// newIDLike creates an id in the format: the part up to the last "_" or ":" of
// the sample stays, digits are replaced by digits and letters by letters. If the
// sample shows no format, the id is a UUID.
func newIDLike(random io.Reader, form idForm) (string, error) {
	uuid, err := NewUUID(random)
	if err != nil {
		return "", err
	}
	like, err := shuffled(random, form.sample)
	if err != nil {
		return "", err
	}
	number, err := shuffled(random, "123456") // for integer ids: a sample such as 1 has too few variants
	if err != nil {
		return "", err
	}
	candidates := []string{uuid, number, like}
	if isForm(form.sample) {
		candidates = []string{like, form.sample[:2] + like[2:], uuid} // a ULID keeps its first digits
	}
	for _, id := range append(candidates, form.sample) {
		if matchesAll(form.schemas, id) {
			return id, nil
		}
	}
	return uuid, nil
}

// isForm reports whether a sample shows an id format: it has digits, is long
// enough for new ids to differ, and is not a UUID.
func isForm(sample string) bool {
	tail := sample[strings.LastIndexAny(sample, "_:")+1:]
	isUUID := len(sample) == 36 && strings.Count(sample, "-") == 4
	return !isUUID && len(tail) >= 6 && strings.ContainsAny(tail, "0123456789")
}

func matchesAll(schemas []*openapi.Schema, id string) bool {
	for _, s := range schemas {
		if s != nil && len(schema.CheckText(s, id)) > 0 {
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

// randomLike returns another byte of the same class. A first digit is never 0, so
// that a number stays valid.
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
		return "GHJKMNPQRSTVWXYZ"[noise%16] // the letters of a ULID
	}
	return b
}

// NewID returns a new id in the format of the sample response's id, or "" if it
// has none.
func (r *Service) NewID(body []byte) (string, error) {
	members, _ := jsonx.ParseObject(body)
	for _, name := range []string{"id", "_id"} {
		if value := members.Get(name); value.Kind() == '"' {
			return newIDLike(r.random, idForm{sample: jsonx.Unquote(value)})
		}
	}
	return "", nil
}
