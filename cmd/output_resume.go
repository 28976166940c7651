package cmd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/render"
)

// part is what an interrupted download leaves beside its file: the bytes, and
// what they are a part of. A hash stands for the URL, which may hold secrets.
type part struct {
	URL  string `json:"url_sha256"`
	ETag string `json:"etag"`

	bytes, note string // files
}

func newPart(path string, from *url.URL) *part {
	hash := sha256.Sum256([]byte(from.String()))
	folder, name := filepath.Split(path)
	return &part{
		URL:   hex.EncodeToString(hash[:]),
		bytes: filepath.Join(folder, "."+name+".part"),
		note:  filepath.Join(folder, "."+name+".part.json"),
	}
}

// remove takes away what is left of earlier tries, now that the file is whole.
func (p *part) remove() {
	if p != nil {
		_, _ = os.Remove(p.bytes), os.Remove(p.note) // most often there is none
	}
}

// mayResume: only bytes that are written as they came can be added to, and only
// where the person asks for no part of their own.
func (a *answer) mayResume(req *http.Request, folder bool) bool {
	form := a.form.format
	return !folder && !a.options.pages.all && req.Method == http.MethodGet && (form == "" || form == render.Raw) &&
		a.program == nil && req.Header.Get("Range") == "" && req.Header.Get("If-Range") == ""
}

// resume takes what is left of the same file, and asks for the rest of it
// (RFC 9110, sections 13.1.5 and 14.2).
func (d *download) resume(req *http.Request) {
	text, err := os.ReadFile(d.part.note)
	if err != nil {
		return
	}
	var left part
	if json.Unmarshal(text, &left) != nil || left.URL != d.part.URL || !isStrong(left.ETag) {
		return
	}
	draft, err := atomicfile.Resume(d.path, d.part.bytes)
	if err != nil {
		return // another process has it, or it is gone: the download starts anew
	}
	_ = os.Remove(d.part.note) // without the bytes it means nothing
	d.draft, d.resumed, d.part.ETag = draft, true, left.ETag
	req.Header.Set("Range", "bytes="+strconv.FormatInt(draft.Size(), 10)+"-")
	req.Header.Set("If-Range", left.ETag)
}

// giveUp keeps what can be added to later, and removes the rest.
func (d *download) giveUp(resp *http.Response, err error) error {
	if !d.keeps(resp) {
		d.draft.Discard()
		return err
	}
	size := d.draft.Size()
	note, _ := json.Marshal(d.part) // texts alone cannot fail
	if d.draft.Keep(d.part.bytes) != nil || atomicfile.Write(d.part.note, note, 0o600) != nil {
		return err // the download's failure says more than that of keeping its part
	}
	if failed := failure.Of(err); failed.Kind == failure.Network {
		return failed.Hintf("%s are kept: the same line goes on from there", byteCount(size))
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
