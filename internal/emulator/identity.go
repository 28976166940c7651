package emulator

import (
	"encoding/json"
	"fmt"
	"io"
)

const (
	idPrefix   = "api_"
	idLength   = 21
	idAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newID makes a token id: "api_" and 21 random letters and digits, 125 bits.
func newID(random io.Reader) (string, error) {
	const fair = 256 - 256%len(idAlphabet) // bytes from here on would favour the first letters
	id := make([]byte, 0, idLength)
	var bytes [2 * idLength]byte
	for len(id) < idLength {
		if _, err := io.ReadFull(random, bytes[:]); err != nil {
			return "", fmt.Errorf("making a token id: %w", err)
		}
		for _, b := range bytes {
			if int(b) < fair && len(id) < idLength {
				id = append(id, idAlphabet[int(b)%len(idAlphabet)])
			}
		}
	}
	return idPrefix + string(id), nil
}

// sampleID is the "id" of a sample answer, "" where it has none.
func sampleID(a *answer) string {
	var named struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(a.body, &named) != nil {
		return ""
	}
	return named.ID
}
