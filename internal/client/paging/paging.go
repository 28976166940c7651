// Package paging follows the pages of a list. How an operation paginates is detected
// from its definition and its responses; see the table in styles.go. Pages yields
// the pages one by one, Merge joins them into one document.
package paging

import (
	"bytes"
	"io"
	"iter"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Options controls which pages are requested and how.
type Options struct {
	Operation *openapi.Operation
	PageSize  int                                         // items per page; 0 leaves the request unchanged
	MaxItems  int                                         // total items to yield; 0 for all
	Stable    bool                                        // any order is acceptable: sort an unsorted search so that it reaches every item
	Send      func(*http.Request) (*http.Response, error) // errors are failures
	Warn      func(message string)                        // receives anomalies that are not failures; may be nil
	Redact    func(text string) string                    // redacts secrets in messages; may be nil
	Budget    budget.Budget                               // limits the memory for one page

	From *Position // end of an earlier run of the same request; nil for the first page
	Seen []uint64  // the Sum of each page of the earlier run
}

// Pager follows the pages of an operation.
type Pager struct {
	Options
	methods []method // the operation's possible paging methods, most likely first
	size    param
}

// New detects how the operation paginates. It returns an error of kind Usage if it
// does not, or if it cannot satisfy the options.
func New(o Options) (*Pager, error) {
	p := &Pager{Options: o, methods: waysOf(o.Operation), size: sizeOf(o.Operation)}
	op := o.Operation
	switch {
	case op.Method != http.MethodGet && len(p.methods) == 0:
		return nil, failure.New(failure.Usage, "%s has no pages that --all could follow", op.ID).
			Hintf("remove --all: %s is sent once", op.Method)
	case o.PageSize > 0 && p.size.name == "":
		return nil, failure.New(failure.Usage, "%s has no parameter for the size of a page", op.ID).
			Hintf("remove --page-size; --all uses the default size")
	}
	return p, nil
}

// First returns the request for the first page, with the page size and, if needed, a
// sort order.
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

// stableSize is the page size for reading a complete collection.
const stableSize = 100

// needsOrder reports whether an unsorted search must be sorted: it could continue
// from its last item, but unsorted it ends at 10,000 items, or misses some during
// concurrent changes.
func (p *Pager) needsOrder(req *http.Request) bool {
	deep := func(m method) bool {
		return m.param.in == "body" && slices.Contains(convention.SearchAfterParams(), m.param.name)
	}
	begun := func(m method) bool { return m.isBegun(req) }
	return p.size.in == "body" && slices.ContainsFunc(p.methods, deep) && !slices.ContainsFunc(p.methods, begun) &&
		schema.Declares(p.Operation.Body.JSON(), "sort") && isNothing(memberOf(req, "sort"))
}

// Pages yields the pages of a list, starting at the request. A page is requested
// when the loop needs it. An error is a failure and ends the loop; the list is then
// incomplete. A first response that is not a successful list also ends the loop and
// is yielded as a page without items.
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

// limited stops at the page that contains the last of n items.
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

// Page is one response: a list and the JSON around it.
type Page struct {
	Response *http.Response   // the body has been read if it is a list; otherwise the caller closes it
	Items    []jsontext.Value // unmodified

	path      []string       // member names that lead to the list; empty if it is the response, nil if nothing in it is a list
	levels    []jsonx.Object // the members at each level of the path
	beside    jsonx.Object   // members that may concern paging; nil before they are looked up
	walk      *walk
	advanced  bool          // the following request is known
	following *http.Request // the request for the next page, nil if there is none
	broken    error

	cut bool // Options.MaxItems ended the list within this page
}

// IsList reports whether the response is a list. Only the first page can be
// something else.
func (p *Page) IsList() bool { return p.path != nil }

// read finds the list in a response: at the path, or if path is nil where locate
// finds it. declared is a member name or "".
func read(text []byte, path []string, declared string) (*Page, bool) {
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("\xef\xbb\xbf"))
	if path == nil {
		var found bool
		if path, found = locate(text, declared); !found {
			return nil, false
		}
	}
	p := &Page{path: path}
	at := jsontext.Value(text)
	for _, name := range path {
		members, ok := jsonx.ParseObject(at)
		if !ok {
			return nil, false
		}
		p.levels = append(p.levels, members)
		if at = members.Get(name); at == nil || at.Kind() == 'n' {
			return p, len(p.levels) == len(path) // a page without the list has no items
		}
	}
	var ok bool
	p.Items, ok = jsonx.ParseArray(at)
	return p, ok
}

// locate returns the path of the list; it is not nil if there is one. Without a
// wrapper, the list is the member that the definition declares, or else the first
// array: --all says that the response is a list.
func locate(text jsontext.Value, declared string) ([]string, bool) {
	if text.Kind() == '[' {
		return []string{}, true
	}
	members, ok := jsonx.ParseObject(text)
	if !ok {
		return nil, false
	}
	path, isItem := wrapped(members)
	if path != nil || isItem {
		return path, path != nil
	}
	isArray := func(m jsonx.Member) bool { return m.Value.Kind() == '[' }
	if i := members.Index(declared); i >= 0 && declared != "" && isArray(members[i]) {
		return []string{declared}, true
	}
	if i := slices.IndexFunc(members, isArray); i >= 0 {
		return []string{members[i].Name}, true
	}
	return nil, false
}

// wrapped returns the path of the list in a wrapper, nil if there is none.
func wrapped(members jsonx.Object) (path []string, isItem bool) {
	var finder convention.ListFinder
	for _, m := range members {
		switch finder.Member(m.Name, byte(m.Value.Kind())) {
		case convention.List:
			return []string{m.Name}, false
		case convention.Wrapper:
			inner, _ := jsonx.ParseObject(m.Value)
			if path, _ := wrapped(inner); path != nil {
				return append([]string{m.Name}, path...), false
			}
		}
	}
	return nil, finder.IsItem
}

// arrayOf returns the response member that is the list, "" if the definition does
// not declare one.
func arrayOf(op *openapi.Operation) string {
	success := op.Success()
	if success == nil {
		return ""
	}
	content := openapi.JSON(success.Contents)
	if content == nil {
		return ""
	}
	for _, p := range schema.Shape(content.Schema).Properties {
		if slices.Contains(schema.Types(p.Schema), "array") {
			return p.Name
		}
	}
	return ""
}

// replaced returns a copy of the response with another body.
func replaced(resp *http.Response, body io.ReadCloser) *http.Response {
	other := *resp
	other.Header = resp.Header.Clone()
	other.Header.Del("Content-Length")
	other.ContentLength = -1
	other.Body = body
	return &other
}

// body is a body that has been read, with its final error.
type body struct {
	text []byte
	end  error
	from *bytes.Reader
}

func (g *body) Read(p []byte) (int, error) {
	if g.from == nil {
		g.from = bytes.NewReader(g.text)
	}
	n, err := g.from.Read(p)
	if err == io.EOF && g.end != nil {
		err = g.end
	}
	return n, err
}

func (g *body) Close() error { return nil }
