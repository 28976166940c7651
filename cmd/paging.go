package cmd

import (
	"fmt"
	"net/http"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/paging"
	"github.com/epilot-cli/epilot/internal/render"
)

// pageFlags is what the line says about pages.
type pageFlags struct {
	all                bool
	maxItems, pageSize int
}

func (f *pageFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&f.all, "all", false, "Follow all pages and answer them as one")
	flags.IntVar(&f.maxItems, "max-items", 0, "Stop --all after this many items")
	flags.IntVar(&f.pageSize, "page-size", 0, "Ask for this many items a page, with --all")
}

// check finds out, before anything is sent, that the pages can be followed.
func (f *pageFlags) check(op *operation.Operation) error {
	switch {
	case f.maxItems < 0 || f.pageSize < 0:
		return failure.New(failure.Usage, "--max-items and --page-size must be 1 or more").
			Hintf("leave them out for no limit and the API's own size")
	case !f.all && (f.maxItems > 0 || f.pageSize > 0):
		return failure.New(failure.Usage, "--max-items and --page-size need --all").
			Hintf("add --all, or set the operation's own parameter with -p")
	case !f.all:
		return nil
	}
	_, err := paging.New(paging.Options{Operation: op, PageSize: f.pageSize})
	return err
}

// pager follows the pages of the call; nil without --all.
func (a *answer) pager(t *target) (*paging.Pages, error) {
	o := a.options
	if !o.pages.all {
		return nil, nil
	}
	return paging.New(paging.Options{
		Operation: a.op, PageSize: o.pages.pageSize, MaxItems: o.pages.maxItems,
		Send:     func(req *http.Request) (*http.Response, error) { return call.Do(t.transport, req) },
		Warn:     o.app.warn,
		Progress: o.pageProgress(),
		Redact:   t.redact.Text,
		Lines:    a.program != nil && a.form.format == render.NDJSON,
	})
}

// send sends the request, and follows its pages where the line asks for it.
func (a *answer) send(t *target, req *http.Request) (*http.Response, error) {
	pages, err := a.pager(t)
	if err != nil {
		return nil, err
	}
	if pages == nil {
		return call.Do(t.transport, req)
	}
	return pages.Do(req)
}

// pageProgress counts on stderr, where a person watches it and stdout is
// somewhere else; nil otherwise.
func (o *callOptions) pageProgress() func(items, pages int) {
	if streams := o.app.Streams; !streams.ErrTTY || streams.OutTTY || o.json {
		return nil
	}
	return func(items, pages int) {
		fmt.Fprintf(o.app.Streams.Err, "\r\x1b[K%d items, %d pages", items, pages)
	}
}

// pagesDone takes the count away.
func (o *callOptions) pagesDone() {
	if o.pages.all && o.pageProgress() != nil {
		fmt.Fprint(o.app.Streams.Err, "\r\x1b[K")
	}
}
