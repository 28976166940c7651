package emulator

import (
	"fmt"
	"io"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// newUUID makes a random UUID: RFC 9562, section 5.4.
func newUUID(random io.Reader) (string, error) {
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
	schemas []*operation.Schema // that each id has to fit
}

// readIDForm reads it from what the operation answers and from the paths that
// name one thing.
func (r *resource) readIDForm() idForm {
	if r.shape == nil || r.shape.id == "" {
		return idForm{}
	}
	form := idForm{
		sample:  unquoted(r.shape.full().at(r.shape.id)),
		schemas: []*operation.Schema{schema.Member(r.shape.thing, r.shape.id)},
	}
	if whole, ok := parseObject([]byte(sampleText(jsonContent(r.op)))); ok {
		if documented := r.shape.within(whole).at(r.shape.id); documented != nil {
			form.sample = unquoted(documented)
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

// newLike makes an id of the form: what stands before the last "_" or ":" of
// the sample stays, digits become digits and letters letters. Where the sample
// shows no form of its own it is a UUID.
func newLike(random io.Reader, form idForm) (string, error) {
	uuid, err := newUUID(random)
	if err != nil {
		return "", err
	}
	like, err := shuffled(random, form.sample)
	if err != nil {
		return "", err
	}
	candidates := []string{uuid, like}
	if isForm(form.sample) {
		candidates = []string{like, uuid}
	}
	for _, id := range append(candidates, form.sample) {
		if takesAll(form.schemas, id) {
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

func takesAll(schemas []*operation.Schema, id string) bool {
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
		id[i] = likeByte(id[i], noise[i])
	}
	return string(id), nil
}

// likeByte is another byte of the same kind. A first digit is never 0, so that
// a number stays one.
func likeByte(b, noise byte) byte {
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
