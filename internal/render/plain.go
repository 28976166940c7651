package render

import (
	"encoding/binary"
	"math/bits"
)

// plain is where the run of string bytes ends that starts at from and needs no
// look: before a quote, a backslash, a control, for a terminal before DEL and
// what is not ASCII.
func (p *printer) plain(from int) int {
	at := from
	if p.escape {
		for at < len(p.in) && !isSpecial(p.in[at]) && p.in[at] < 0x7f {
			at++
		}
		return at
	}
	for ; at+8 <= len(p.in); at += 8 {
		if special := specials(binary.LittleEndian.Uint64(p.in[at:])); special != 0 {
			return at + bits.TrailingZeros64(special)/8
		}
	}
	for at < len(p.in) && !isSpecial(p.in[at]) {
		at++
	}
	return at
}

func isSpecial(c byte) bool { return c == '"' || c == '\\' || c < ' ' }

// specials looks at eight bytes at once. The lowest bit set is the high bit of
// the first byte that isSpecial; a borrow can make those above it wrong.
func specials(word uint64) uint64 {
	const lowest = 0x0101010101010101
	quote, backslash := word^lowest*'"', word^lowest*'\\'
	found := (word - lowest*' ') | (quote - lowest) | (backslash - lowest)
	return found &^ word & (lowest << 7)
}
