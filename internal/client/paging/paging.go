// Package paging follows the pages of a list. How an operation pages is found in
// its definition and in its responses: styles.go has the table. Pages yields one
// page after the other, Merge makes one document of them.
package paging

import (
	"iter"
	"net/http"
	"slices"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Options says which pages are followed, and with what.
type Options struct {
	Operation *openapi.Operation
	PageSize  int                                         // items to ask for at once; 0: as the request has it
	MaxItems  int                                         // items to yield in all; 0: every one
	Stable    bool                                        // any order will do: a search that names none is sorted so that it reaches every item
	Send      func(*http.Request) (*http.Response, error) // errors are failures
	Warn      func(message string)                        // what is odd and no failure; may be nil
	Redact    func(text string) string                    // takes secrets out of a message; may be nil
	Budget    budget.Budget                               // of one page, which is held in memory
}

// Pager follows the pages of one operation.
type Pager struct {
	Options
	methods []method // how the operation may page, the likeliest first
	size    param
}

// New finds out how the operation pages. An error, of kind Usage, says that it
// does not, or not as the options want it.
func New(o Options) (*Pager, error) {
	p := &Pager{Options: o, methods: waysOf(o.Operation), size: sizeOf(o.Operation)}
	op := o.Operation
	switch {
	case op.Method != http.MethodGet && len(p.methods) == 0:
		return nil, failure.New(failure.Usage, "%s has no pages that --all could follow", op.ID).
			Hintf("leave out --all: %s is sent once", op.Method)
	case o.PageSize > 0 && p.size.name == "":
		return nil, failure.New(failure.Usage, "%s has no parameter for the size of a page", op.ID).
			Hintf("leave out --page-size; --all follows the pages as they come")
	}
	return p, nil
}

// First is the request for the first page: it has the page size, and an order
// where one is needed.
func (p *Pager) First(req *http.Request) (*http.Request, error) {
	size := p.PageSize
	if p.Stable && p.needsOrder(req) {
		var err error
		if req, err = (param{name: "sort", in: "body"}).set(req, []byte(`"_id:asc"`)); err != nil {
			return nil, err
		}
		if size == 0 && !p.size.isSet(req) {
			size = stableSize
		}
	}
	if size == 0 {
		return req, nil
	}
	return p.size.set(req, number(size))
}

// stableSize is how many items of a whole collection are asked for at once.
const stableSize = 100

// needsOrder reports whether a search would end at 10,000 items, or miss some that
// others change meanwhile: it can go on from its last item, and is sorted by
// nothing.
func (p *Pager) needsOrder(req *http.Request) bool {
	deep := func(m method) bool {
		return m.param.in == "body" && slices.Contains(convention.SearchAfterParams(), m.param.name)
	}
	begun := func(m method) bool { return m.isBegun(req) }
	return p.size.in == "body" && slices.ContainsFunc(p.methods, deep) && !slices.ContainsFunc(p.methods, begun) &&
		schema.Declares(p.Operation.Body.JSON(), "sort") && isNothing(memberOf(req, "sort"))
}

// Pages yields the pages of a list from the request's on. A page is asked for
// when the loop wants it. An error is a failure and ends the loop: the pages
// before it are not the complete list. So does a first response that is no
// success or no list, which is yielded as a page without items.
func (p *Pager) Pages(req *http.Request) iter.Seq2[*Page, error] {
	all := func(yield func(*Page, error) bool) {
		w, page, err := p.begin(req)
		for page != nil && err == nil {
			if !yield(page, nil) || !page.IsList() {
				return
			}
			page, err = w.next(page)
		}
		if err != nil {
			yield(nil, err)
		}
	}
	if p.MaxItems == 0 {
		return all
	}
	return limited(all, p.MaxItems)
}

// limited ends with the page that holds the last of n items.
func limited(pages iter.Seq2[*Page, error], n int) iter.Seq2[*Page, error] {
	return func(yield func(*Page, error) bool) {
		left := n
		for page, err := range pages {
			if err == nil && len(page.Items) > left {
				page.Items, page.cut = page.Items[:left], true
			}
			if err == nil {
				left -= len(page.Items)
			}
			if !yield(page, err) || left == 0 {
				return
			}
		}
	}
}

func (p *Pager) warn(message string) {
	if p.Warn != nil {
		p.Warn(message)
	}
}

func (p *Pager) redact(text string) string {
	if p.Redact == nil {
		return text
	}
	return p.Redact(text)
}
