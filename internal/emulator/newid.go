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

// newLike makes an id that looks like the sample and that the schemas take:
// what stands before the last "_" or ":" stays, digits become digits and
// letters letters. Without a sample of its own form it is a UUID.
func newLike(random io.Reader, sample string, schemas ...*operation.Schema) (string, error) {
	uuid, err := newUUID(random)
	if err != nil {
		return "", err
	}
	like, err := shuffled(random, sample)
	if err != nil {
		return "", err
	}
	candidates := []string{uuid, like}
	if isForm(sample) {
		candidates = []string{like, uuid}
	}
	for _, id := range append(candidates, sample) {
		if takesAll(schemas, id) {
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
