// Package paging follows the pages of a list and makes one answer of them, page
// by page as it is read. How an operation pages is found in its definition and
// in its answers. It neither builds the first request nor writes anything.
package paging

import (
	"net/http"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Options says how pages are followed.
type Options struct {
	Operation *operation.Operation
	PageSize  int                                         // items to ask for at once; 0: as the request has it
	MaxItems  int                                         // items to take in all; 0: every one
	Send      func(*http.Request) (*http.Response, error) // errors are failures
	Warn      func(message string)                        // what is odd and no failure; may be nil
	Progress  func(items, pages int)                      // called after each page; may be nil
	Redact    func(text string) string                    // takes secrets out of a message; may be nil
	Lines     bool                                        // answer the items alone, a line for each: application/x-ndjson
}

// Pages follows the pages of one operation.
type Pages struct {
	Options
	plan plan
}

// New finds out how the operation pages. An error, of kind Usage, says that it
// does not, or not as the options want it.
func New(o Options) (*Pages, error) {
	p := &Pages{Options: o, plan: planOf(o.Operation)}
	op := o.Operation
	switch {
	case op.Method != http.MethodGet && p.plan.style == byLink:
		return nil, failure.New(failure.Usage, "%s has no pages that --all could follow", op.ID).
			Hintf("leave out --all: %s is sent once", op.Method)
	case o.PageSize > 0 && p.plan.size.name == "":
		return nil, failure.New(failure.Usage, "%s has no parameter for the size of a page", op.ID).
			Hintf("leave out --page-size; --all follows the pages as they come")
	}
	return p, nil
}

// Do sends the request and returns an answer whose body is the first page with
// the items of all pages; each further page is asked for when the body is read
// so far. An answer that is no success, or no list, is returned as it came.
//
// A page that fails ends the body with a failure: what was read until then is
// not complete.
func (p *Pages) Do(req *http.Request) (*http.Response, error) {
	req, err := p.First(req)
	if err != nil {
		return nil, err
	}
	resp, err := p.Send(req)
	if err != nil || resp.StatusCode < 200 || resp.StatusCode > 299 {
		return resp, err
	}
	text, broken := readAll(resp)
	first, isList := read(text, nil, arrayOf(p.Operation))
	if broken != nil || !isList {
		if broken == nil {
			p.warn(p.Operation.ID + " answered no list; it is shown as it came")
		}
		return replaced(resp, &given{text: text, end: broken}), nil
	}
	whole := replaced(resp, newMerged(p, req, resp, first))
	if p.Lines {
		whole.Header.Set("Content-Type", "application/x-ndjson")
	}
	return whole, nil
}

// First is the request for the first page: it has the page size.
func (p *Pages) First(req *http.Request) (*http.Request, error) {
	if p.PageSize == 0 {
		return req, nil
	}
	return p.plan.size.set(req, number(p.PageSize))
}

func (p *Pages) warn(message string) {
	if p.Warn != nil {
		p.Warn(message)
	}
}

func (p *Pages) redact(text string) string {
	if p.Redact == nil {
		return text
	}
	return p.Redact(text)
}

// replaced is the answer with another body.
func replaced(resp *http.Response, body readCloser) *http.Response {
	other := *resp
	other.Header = resp.Header.Clone()
	other.Header.Del("Content-Length")
	other.Header.Del("Link") // it leads to a page that is merged already
	other.ContentLength = -1
	other.Body = body
	return &other
}
