package output

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// download writes a body to a file, which gets its final name once complete.
type download struct {
	draft  *atomicfile.Draft
	path   string // a file or folder
	folder bool   // the server names the file
	saved  string // the final file name
	part   *part  // the rest of an earlier attempt; nil if downloads cannot be resumed

	resumed  bool // the draft starts with the bytes of an earlier attempt
	accepted bool // the response is the requested content
	appends  bool // the response contains only the remaining bytes
}

// begin opens the file before anything is sent. If an earlier attempt left a partial
// file, it requests only the rest.
func (e *exchange) begin(req *http.Request) error {
	path := e.o.Form.File
	if path == "" || path == "-" {
		return nil
	}
	d := &download{path: path}
	var err error
	if d.folder = IsFolder(path); d.folder {
		if err := CheckFolder(path); err != nil {
			return err
		}
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

// IsFolder reports whether path is a folder or is written as one.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || os.IsPathSeparator(path[len(path)-1])
}

// CheckFolder rejects a folder, as IsFolder reports one, that does not exist.
func CheckFolder(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return failure.New(failure.File, "the folder %s does not exist", filepath.Clean(path)).
			Hintf("create it first, or name another with --out-file")
	}
	return nil
}

// accept examines the response before its body is read.
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
		return failure.New(failure.Network, "the server sent a different part of the file than requested").
			Hintf("the partial file was removed; run the same command again")
	}
	d.appends = true
	return nil
}

// goesOn reports whether the body continues a partial file.
func (d *download) goesOn() bool { return d != nil && d.appends }

// toFile reports whether the body goes to a file; error bodies go to stdout.
func (e *exchange) toFile() bool { return e.file != nil && e.file.accepted }

// finish renames or removes the draft. resp is nil if there was no response.
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

// fileFailure returns the file's own error.
func fileFailure(err error) error {
	var write *render.WriteError
	var failed *failure.Error
	if errors.As(err, &write) && !syserror.ClosedPipe(err) && errors.As(write.Err, &failed) {
		return failed
	}
	return err
}

// part is the record of an interrupted download. The bytes are next to the file; the
// record is in the state folder, where nobody else writes. The path and the URL may
// contain secrets, so only their hashes are stored.
type part struct {
	ETag string `json:"etag"`
	Size int64  `json:"size"`

	bytes, note string // file names
}

// newPart returns the part for downloading a URL to path, or nil if nothing can be
// stored.
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

// remove deletes the leftovers of earlier attempts once the file is complete.
func (p *part) remove() {
	if p != nil {
		_, _ = os.Remove(p.bytes), os.Remove(p.note) // usually they do not exist
	}
}

const longestKept = 30 * 24 * time.Hour // how long a part is kept

// sweep deletes parts that were never resumed.
func (p *part) sweep(now time.Time) {
	folder := filepath.Dir(p.note)
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > longestKept {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

// mayResume reports whether a download can be resumed: the bytes must be written
// unchanged, and the user must not have set a range.
func (e *exchange) mayResume(req *http.Request, folder bool) bool {
	form := e.o.Form.Format
	return !folder && !e.o.AllPages && req.Method == http.MethodGet && (form == "" || form == render.Raw) &&
		e.o.Program == nil && req.Header.Get("Range") == "" && req.Header.Get("If-Range") == ""
}

// resume takes over a partial file and requests the rest (RFC 9110, sections 13.1.5
// and 14.2).
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
		return // in use by another process, or gone: start over
	}
	_ = os.Remove(d.part.note) // useless without the bytes
	d.draft, d.resumed, d.part.ETag = draft, true, left.ETag
	req.Header.Set("Range", "bytes="+strconv.FormatInt(draft.Size(), 10)+"-")
	req.Header.Set("If-Range", left.ETag)
}

// giveUp keeps a partial file that can be resumed and removes any other.
func (d *download) giveUp(resp *http.Response, err error, now time.Time) error {
	if !d.keeps(resp) {
		d.draft.Discard()
		return err
	}
	size := d.draft.Size()
	d.part.Size = size
	d.part.sweep(now)
	note, _ := json.Marshal(d.part) // strings always marshal
	if d.draft.Keep(d.part.bytes) != nil || atomicfile.Write(d.part.note, note, 0o600) != nil {
		return err // the download error matters more than failing to keep the part
	}
	if failed := failure.Of(err); failed.Kind == failure.Network {
		return failed.Hintf("%s were saved: run the same command again to continue", FormatBytes(size))
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

// isStrong reports whether an entity tag guarantees identical bytes.
func isStrong(etag string) bool { return strings.HasPrefix(etag, `"`) && len(etag) > 2 }

// rangeStart returns the first byte position of a range such as "bytes 5-9/10".
func rangeStart(text string) (int64, bool) {
	span, isBytes := strings.CutPrefix(text, "bytes ")
	first, _, whole := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	return from, isBytes && whole && err == nil
}
