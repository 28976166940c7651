package output

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/syserror"
	"github.com/epilot-cli/epilot/internal/term"
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
func (e *exchange) begin(req *http.Request) error {
	path := e.o.Form.File
	if path == "" || path == "-" {
		return nil
	}
	d := &download{path: path}
	var err error
	if d.folder = IsFolder(path); d.folder {
		path = filepath.Join(path, "download")
	}
	if e.mayResume(req, d.folder) {
		if d.part = newPart(e.p.StateDir, path, req.URL); d.part != nil {
			d.resume(req)
		}
	}
	if d.draft == nil {
		if d.draft, err = atomicfile.Begin(path); err != nil {
			return err
		}
	}
	e.file = d
	return nil
}

// IsFolder reports whether a path is a folder, or is written as one.
func IsFolder(path string) bool {
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
func (e *exchange) toFile() bool { return e.file != nil && e.file.accepted }

// finish gives the file its name, or takes it away. resp is nil where none came.
func (e *exchange) finish(resp *http.Response, err error) error {
	d := e.file
	if d == nil {
		return err
	}
	if err == nil && d.accepted {
		return e.commit(resp)
	}
	return d.giveUp(resp, fileFailure(err), e.p.now())
}

func (e *exchange) commit(resp *http.Response) error {
	d := e.file
	path, err := d.path, error(nil)
	if d.folder {
		path, err = d.draft.CommitNew(freeNames(filepath.Join(d.path, fileName(resp))))
	} else {
		err = d.draft.Commit(path)
	}
	if err != nil {
		return err
	}
	d.saved = path
	d.part.remove()
	if flags := e.p.Flags; e.p.Streams.ErrTTY && !flags.JSON || flags.Verbose {
		e.p.status.clear()
		fmt.Fprintf(e.p.Streams.Err, "saved %s (%s)\n", term.Line(path), FormatBytes(d.draft.Size()))
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

// part is what is remembered of an interrupted download: the bytes stand beside
// the file, the rest in the state folder, where nobody else writes. Hashes stand
// for the path and the URL, which may hold secrets.
type part struct {
	ETag string `json:"etag"`
	Size int64  `json:"size"`

	bytes, note string // files
}

// newPart returns the part of a file that comes from a URL, nil where nothing
// can be remembered.
func newPart(state, path string, from *url.URL) *part {
	full, err := filepath.Abs(path)
	if state == "" || err != nil {
		return nil
	}
	hash := sha256.Sum256([]byte(full + "\n" + from.String()))
	key := hex.EncodeToString(hash[:])
	folder, name := filepath.Split(path)
	return &part{
		bytes: filepath.Join(folder, "."+name+"."+key[:8]+".part"),
		note:  filepath.Join(state, "downloads", key+".json"),
	}
}

// remove takes away what is left of earlier tries, now that the file is whole.
func (p *part) remove() {
	if p != nil {
		_, _ = os.Remove(p.bytes), os.Remove(p.note) // most often there is none
	}
}

const longestKept = 30 * 24 * time.Hour // a part is remembered

// sweep forgets parts that nobody asked for again.
func (p *part) sweep(now time.Time) {
	folder := filepath.Dir(p.note)
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > longestKept {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

// mayResume: only bytes that are written as they came can be added to, and only
// where the person asks for no part of their own.
func (e *exchange) mayResume(req *http.Request, folder bool) bool {
	form := e.o.Form.Format
	return !folder && !e.o.AllPages && req.Method == http.MethodGet && (form == "" || form == render.Raw) &&
		e.o.Program == nil && req.Header.Get("Range") == "" && req.Header.Get("If-Range") == ""
}

// resume takes what is left of the same file, and asks for the rest of it
// (RFC 9110, sections 13.1.5 and 14.2).
func (d *download) resume(req *http.Request) {
	text, err := os.ReadFile(d.part.note)
	if err != nil {
		return
	}
	var left part
	if json.Unmarshal(text, &left) != nil || !isStrong(left.ETag) {
		return
	}
	draft, err := atomicfile.Resume(d.path, d.part.bytes, left.Size)
	if err != nil {
		return // another process has it, or it is gone: the download starts anew
	}
	_ = os.Remove(d.part.note) // without the bytes it means nothing
	d.draft, d.resumed, d.part.ETag = draft, true, left.ETag
	req.Header.Set("Range", "bytes="+strconv.FormatInt(draft.Size(), 10)+"-")
	req.Header.Set("If-Range", left.ETag)
}

// giveUp keeps what can be added to later, and removes the rest.
func (d *download) giveUp(resp *http.Response, err error, now time.Time) error {
	if !d.keeps(resp) {
		d.draft.Discard()
		return err
	}
	size := d.draft.Size()
	d.part.Size = size
	d.part.sweep(now)
	note, _ := json.Marshal(d.part) // texts alone cannot fail
	if d.draft.Keep(d.part.bytes) != nil || atomicfile.Write(d.part.note, note, 0o600) != nil {
		return err // the download's failure says more than that of keeping its part
	}
	if failed := failure.Of(err); failed.Kind == failure.Network {
		return failed.Hintf("%s are kept: run the same command again to continue", FormatBytes(size))
	}
	return err
}

func (d *download) keeps(resp *http.Response) bool {
	if d.part == nil || d.draft.Size() == 0 {
		return false
	}
	if !d.accepted || d.appends {
		return d.resumed && (resp == nil || resp.StatusCode != http.StatusRequestedRangeNotSatisfiable)
	}
	d.part.ETag = resp.Header.Get("ETag")
	return isStrong(d.part.ETag) && resp.Header.Get("Accept-Ranges") == "bytes" &&
		!resp.Uncompressed && resp.Header.Get("Content-Encoding") == ""
}

// isStrong reports whether an entity tag stands for the same bytes.
func isStrong(etag string) bool { return strings.HasPrefix(etag, `"`) && len(etag) > 2 }

// rangeStart is the first byte of "bytes 5-9/10".
func rangeStart(text string) (int64, bool) {
	span, isBytes := strings.CutPrefix(text, "bytes ")
	first, _, whole := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	return from, isBytes && whole && err == nil
}
