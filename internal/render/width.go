package render

import "unicode"

// textWidth is how many cells of a terminal a text takes.
func textWidth(text string) int {
	width := 0
	for _, r := range text {
		width += runeWidth(r)
	}
	return width
}

// runeWidth is 0 for what combines with the character before it, 2 for wide
// ones (UAX #11), else 1.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), 0x1f3fb <= r && r <= 0x1f3ff: // the last are skin tones
		return 0
	}
	for _, span := range wide() {
		if span[0] <= r && r <= span[1] {
			return 2
		}
	}
	return 1
}

// wide are the ranges of wide and full-width characters, and of emoji.
func wide() [14][2]rune {
	return [...][2]rune{
		{0x1100, 0x115f},
		{0x231a, 0x231b},
		{0x23e9, 0x23ec},
		{0x2614, 0x2615},
		{0x26a1, 0x26a1},
		{0x2e80, 0x303e},
		{0x3041, 0x4dbf},
		{0x4e00, 0xa4cf},
		{0xa960, 0xa97c},
		{0xac00, 0xd7a3},
		{0xf900, 0xfaff},
		{0xfe30, 0xfe6f},
		{0xff00, 0xff60},
		{0x1f300, 0x3fffd},
	}
}

// cut shortens a text to a width, with an ellipsis at its end.
func cut(text string, width int) string {
	if textWidth(text) <= width {
		return text
	}
	used := 0
	for at, r := range text {
		if used += runeWidth(r); used > width-1 {
			return text[:at] + "…"
		}
	}
	return text
}
