package paging

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Position is where a list continues after a page, for a later run of the same
// request. It contains a link or a parameter value, but no credentials.
type Position struct {
	End   bool            `json:"end,omitempty"` // the list is complete
	Link  string          `json:"link,omitempty"`
	Param string          `json:"param,omitempty"` // of the request, with its location and value
	In    string          `json:"in,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`

	Path  []string `json:"path"` // the members that lead to the list
	Page  int      `json:"page"` // number of pages so far
	Items int      `json:"items"`
	Sum   uint64   `json:"sum,omitempty"` // hash of the page's items, 0 if there are none
	Empty int      `json:"empty,omitempty"`
	Total Total    `json:"total"`
}

// Total is what the pages so far say about the number of items.
type Total struct {
	Name  string `json:"name,omitempty"`
	Most  int    `json:"most"`
	Last  int    `json:"last"`
	Whole bool   `json:"whole,omitempty"`
}

// Position returns where the list continues after p, which must be the page yielded
// last. It returns an error if the server does not lead to a next page.
func (p *Page) Position() (Position, error) {
	w := p.walk
	req, err := w.after(p)
	if err != nil {
		return Position{}, err
	}
	at := Position{
		End: req == nil, Path: w.path, Page: w.number, Items: w.end.items, Empty: w.end.empty,
		Total: Total{Name: w.end.name, Most: w.end.most, Last: w.end.last, Whole: w.end.whole},
	}
	if len(p.Items) > 0 {
		at.Sum = sum(p.Items...)
	}
	switch {
	case at.End:
	case w.method == nil:
		at.Link = req.URL.RequestURI()
	default:
		at.Param, at.In, at.Value = w.method.param.name, w.method.param.in, slices.Clone(w.value)
	}
	return at, nil
}

// after returns the request for the page after this one, nil if there is none. The
// result is cached.
func (w *walk) after(at *Page) (*http.Request, error) {
	if !at.advanced {
		at.advanced = true
		at.following, at.broken = w.advance(at)
	}
	return at.following, at.broken
}

// resume gets the page after the position of an earlier run, nil if there is none.
func (p *Pager) resume(start *http.Request) (*walk, *Page, error) {
	from := p.From
	w := &walk{Pager: p, start: start, req: start, end: newEnding(), path: from.Path, number: from.Page}
	if w.path == nil {
		w.path = []string{}
	}
	w.end.items, w.end.empty = from.Items, from.Empty
	w.end.name, w.end.most, w.end.last, w.end.whole = from.Total.Name, from.Total.Most, from.Total.Last, from.Total.Whole
	for i, sum := range p.Seen {
		w.end.seen[sum] = i + 1
	}
	at := &Page{Response: &http.Response{Header: http.Header{}}, path: w.path, walk: w, advanced: true}
	var err error
	if from.Link != "" {
		w.led = true
		at.following, err = w.follow(at, from.Link)
	} else {
		i := slices.IndexFunc(w.methods, func(m method) bool { return m.param.name == from.Param && m.param.in == from.In })
		if i < 0 {
			return nil, nil, failure.New(failure.Usage, "%s has no parameter %q to continue with", p.Operation.ID, from.Param)
		}
		w.method, w.led = &w.methods[i], !w.methods[i].counts
		at.following, err = w.unasked(at, from.Value)
	}
	if err != nil {
		return nil, nil, err
	}
	page, err := w.next(at)
	return w, page, err
}
