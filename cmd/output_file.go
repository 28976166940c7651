package cmd

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/render"
	"github.com/epilot-cli/epilot/internal/syserror"
)

// download is a body on its way into a file, which gets its name at the end.
type download struct {
	draft  *atomicfile.Draft
	path   string // the file, or the folder
	folder bool   // the server names the file
	saved  string // the file that it became
	part   *part  // what an earlier try left; nil where nothing can be left

	resumed  bool // the draft begins with it
	accepted bool // the response is what the file is to hold
	appends  bool // it is the rest of it
}

// begin makes sure of the file before anything is sent. What is left of an
// earlier try becomes a request for the rest.
func (a *answer) begin(req *http.Request) error {
	path := a.form.file
	if path == "" || path == "-" {
		return nil
	}
	d := &download{path: path}
	var err error
	if d.folder = isFolder(path); d.folder {
		path = filepath.Join(path, "download")
	}
	if a.mayResume(req, d.folder) {
		d.part = newPart(path, req.URL)
		d.resume(req)
	}
	if d.draft == nil {
		if d.draft, err = atomicfile.Begin(path); err != nil {
			return err
		}
	}
	a.file = d
	return nil
}

// isFolder reports whether a path is a folder, or is written as one.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || os.IsPathSeparator(path[len(path)-1])
}

// accept looks at the response, before its body is read.
func (d *download) accept(resp *http.Response) error {
	if d == nil || resp.StatusCode < http.StatusOK || resp.StatusCode >= http.StatusMultipleChoices {
		return nil
	}
	d.accepted = true
	if !d.resumed {
		return nil
	}
	if resp.StatusCode != http.StatusPartialContent {
		return d.draft.Restart()
	}
	if from, ok := rangeStart(resp.Header.Get("Content-Range")); !ok || from != d.draft.Size() {
		d.part = nil
		return failure.New(failure.Network, "the server sent another part of the file than was asked for").
			Hintf("what an earlier try left is thrown away; run it again")
	}
	d.appends = true
	return nil
}

// goesOn reports whether the body is the rest of what the file holds.
func (d *download) goesOn() bool { return d != nil && d.appends }

// toFile reports whether the body goes into a file: an error goes to stdout.
func (a *answer) toFile() bool { return a.file != nil && a.file.accepted }

// destination is where the body goes, without a pager.
func (a *answer) destination() io.Writer {
	if a.toFile() {
		return a.file.draft
	}
	return a.options.app.Streams.Out
}

// open returns where the body goes: a person reads it page by page, but for what
// goes on and on.
func (a *answer) open(m medium) io.WriteCloser {
	if a.toFile() || a.form.file == "-" || m == sequence || m == events {
		return unpaged{a.destination()}
	}
	return a.options.app.page()
}

type unpaged struct{ io.Writer }

func (unpaged) Close() error { return nil }

// finish gives the file its name, or takes it away. resp is nil where none came.
func (a *answer) finish(resp *http.Response, err error) error {
	d := a.file
	if d == nil {
		return err
	}
	if err == nil && d.accepted {
		return a.commit(resp)
	}
	return d.giveUp(resp, fileFailure(err))
}

func (a *answer) commit(resp *http.Response) error {
	d := a.file
	path := d.path
	if d.folder {
		path = freeName(filepath.Join(d.path, fileName(resp)))
	}
	if err := d.draft.Commit(path); err != nil {
		return err
	}
	d.saved = path
	d.part.remove()
	if streams := a.options.app.Streams; streams.ErrTTY && !a.options.json || a.options.verbose {
		fmt.Fprintf(streams.Err, "saved %s (%s)\n", safeLines(path), byteCount(d.draft.Size()))
	}
	return nil
}

// fileFailure is what went wrong with the file, in its own words.
func fileFailure(err error) error {
	var write *render.WriteError
	var failed *failure.Error
	if errors.As(err, &write) && !syserror.ClosedPipe(err) && errors.As(write.Err, &failed) {
		return failed
	}
	return err
}
