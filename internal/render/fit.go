package render

const (
	broad  = 40 // cells: what a column may ask for before it costs others their place
	narrow = 8  // cells: below this a column tells nothing
)

// roomFor is how many of the first columns fit, at least one.
func roomFor(widths []int, width int) int {
	used := 0
	for i, w := range widths {
		if used += min(w, broad); used > width && i > 0 {
			return i
		}
		used += gutter
	}
	return len(widths)
}

// squeeze takes from the widest columns until all fit, or are narrow.
func squeeze(widths []int, width int) []int {
	total := gutter * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for total > width {
		widest, second := widestTwo(widths)
		if widths[widest] <= narrow {
			break
		}
		to := max(second, narrow, widths[widest]-(total-width))
		to = min(to, widths[widest]-1)
		total -= widths[widest] - to
		widths[widest] = to
	}
	return widths
}

// widestTwo is the index of the widest column, and the width of the next.
func widestTwo(widths []int) (widest, second int) {
	for i, w := range widths {
		if w > widths[widest] {
			widest = i
		}
	}
	for i, w := range widths {
		if i != widest {
			second = max(second, w)
		}
	}
	return widest, second
}
