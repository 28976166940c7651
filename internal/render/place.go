package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// place counts the text that was read, for messages.
type place struct {
	lines   int // newlines so far
	columns int // characters since the last of them
}

func (p place) String() string {
	return fmt.Sprintf("line %d, column %d", p.lines+1, p.columns+1)
}

func (p *place) advance(text []byte) {
	if lines := bytes.Count(text, []byte("\n")); lines > 0 {
		p.lines += lines
		p.columns = 0
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	p.columns += characters(text)
}

// characters counts the bytes that do not continue a UTF-8 sequence, eight at a
// time: the whole response goes through here.
func characters(text []byte) int {
	const lowest = 0x0101010101010101
	n := len(text)
	for ; len(text) >= 8; text = text[8:] {
		word := binary.LittleEndian.Uint64(text)
		n -= bits.OnesCount64(word >> 7 &^ (word >> 6) & lowest)
	}
	for _, c := range text {
		if c&0xc0 == 0x80 {
			n--
		}
	}
	return n
}
