package manual

import (
	"fmt"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Found says how many operations a search found and shows.
func (p *Page) Found(total, shown int) {
	switch {
	case total == 0:
		p.line("No operation has all of these words; fewer or shorter ones find more.")
	case shown < total:
		p.line("%s", p.palette.Dim(fmt.Sprintf("%d of %d operations, best first (--limit 0 shows all)", shown, total)))
	}
}

// Match writes an operation that a search found, as it is called.
func (p *Page) Match(api string, op *operation.Operation) {
	p.line("%s", p.palette.Bold(clean(api)+" "+clean(op.ID)))
	p.line("  %s", brief(op))
}
