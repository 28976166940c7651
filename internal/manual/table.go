package manual

import "strings"

// Table writes rows with their columns aligned, the first as the head; a column
// that is empty in every other row is left out.
func (p *Page) Table(rows [][]string) {
	shown := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			shown[i] = append(shown[i], clean(cell))
		}
	}
	widths := columnWidths(shown)
	for _, row := range shown {
		p.line("  %s", strings.TrimRight(aligned(row, widths), " "))
	}
}

// columnWidths are in characters; 0 is a column to leave out.
func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows[1:] {
		for column, cell := range row {
			if cell != "" || widths[column] > 0 {
				widths[column] = max(widths[column], len([]rune(cell)), len([]rune(rows[0][column])))
			}
		}
	}
	return widths
}

func aligned(row []string, widths []int) string {
	var line strings.Builder
	for column, cell := range row {
		if widths[column] == 0 {
			continue
		}
		line.WriteString(cell)
		line.WriteString(strings.Repeat(" ", max(0, widths[column]-len([]rune(cell)))+2))
	}
	return line.String()
}
