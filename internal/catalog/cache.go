package catalog

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// cacheFormat is the version of the cached file format: a stamp as one line of JSON;
// the API's facts with the document's own texts; after the line "lines", the
// document's operation summaries; and after the line "left out", the unreadable
// operations. Files of another version are kept but not used.
const cacheFormat = 1

const (
	linesMark   = "\nlines\n" // cannot be a line of the facts
	leftOutMark = "\nleft out\n"
)

// stamp records the source of a download.
type stamp struct {
	Format   int       `json:"format"`
	CRC32    uint32    `json:"crc32"` // IEEE, of everything after the stamp
	URL      string    `json:"url"`
	ETag     string    `json:"etag,omitempty"`
	Modified string    `json:"last_modified,omitempty"`
	Fetched  time.Time `json:"fetched"`
	SHA256   string    `json:"sha256"` // of the document as served
}

// download is a cached file. Only the stamp is set for another format version.
type download struct {
	stamp
	name, file string
	head, rest string // the stamp's line, and the rest of the file
}

// downloaded returns the downloaded API, or nil.
func (c *Catalog) downloaded(name string) (*openapi.API, error) {
	d, err := c.cached(name)
	if err != nil || d == nil || d.Format != cacheFormat {
		return nil, err
	}
	return d.api()
}

// api parses the API. Our own summaries replace the document's where available.
func (d *download) api() (*openapi.API, error) {
	lines, text, _ := strings.Cut(d.rest, linesMark)
	text, leftOut, _ := strings.Cut(text, leftOutMark)
	api, err := facts.Read(d.name, lines)
	if err != nil {
		return nil, d.damaged()
	}
	describe(api, ownLines(d.name))
	describe(api, text)
	deferTexts(api)
	for line := range strings.Lines(leftOut) {
		if part := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4); len(part) == 4 {
			api.LeftOut = append(api.LeftOut, openapi.Problem{ID: part[0], Method: part[1], Path: part[2], Message: part[3]})
		}
	}
	api.Source = d.file
	api.Digest = func() string { return digest([]byte(d.head + d.rest)) }
	return api, nil
}

// cached reads a cached file, or returns nil if there is none.
func (c *Catalog) cached(name string) (*download, error) {
	file := c.cacheFile(name)
	if file == "" {
		return nil, nil
	}
	text, err := os.Open(file)
	if isAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.File, "the downloaded definition %s cannot be read: %w", file, atomicfile.Cause(err))
	}
	defer text.Close()
	d := &download{name: name, file: file}
	return d, d.read(text, sizeOf(text))
}

const maxStamp = 16 << 10 // bytes: it contains server headers

// read reads the stamp and the rest without copying twice, because every call waits
// for it.
func (d *download) read(from io.Reader, size int64) error {
	text := bufio.NewReaderSize(from, maxStamp)
	head, err := text.ReadSlice('\n')
	d.head = string(head)
	if err != nil || json.Unmarshal(head, &d.stamp) != nil {
		return d.damaged()
	}
	if d.Format != cacheFormat {
		return nil
	}
	var rest strings.Builder
	rest.Grow(int(min(max(size, 0), maxDefinition)))
	sum := crc32.NewIEEE()
	if _, err := io.Copy(io.MultiWriter(&rest, sum), text); err != nil || sum.Sum32() != d.CRC32 {
		return d.damaged()
	}
	d.rest = rest.String()
	return nil
}

func (d *download) damaged() error {
	return failure.New(failure.File, "the downloaded definition %s is damaged", d.file).
		Hintf(`"epilot definitions reset %s" removes it, "epilot definitions update %s" downloads it again`, d.name, d.name)
}

// text returns the contents of the cached file for an API.
func (s stamp) text(api *openapi.API) ([]byte, error) {
	var b strings.Builder
	b.WriteString(facts.Write(api, facts.Options{Texts: true}))
	b.WriteString(linesMark[1:])
	for _, op := range api.Operations {
		if op.Line != "" && !strings.ContainsAny(op.ID, "\t\n") {
			fmt.Fprintf(&b, "%s\t%s\n", op.ID, op.Line)
		}
	}
	if len(api.LeftOut) > 0 {
		b.WriteString(leftOutMark)
	}
	oneLine := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	for _, p := range api.LeftOut {
		for _, part := range []string{p.ID, p.Method, p.Path} {
			b.WriteString(oneLine.Replace(part) + "\t")
		}
		b.WriteString(oneLine.Replace(p.Message) + "\n")
	}
	s.Format, s.CRC32 = cacheFormat, crc32.ChecksumIEEE([]byte(b.String()))
	head, err := json.Marshal(s)
	if err != nil || len(head) >= maxStamp {
		return nil, failure.New(failure.Network, "the response headers are too long")
	}
	return append(append(head, '\n'), b.String()...), nil
}

// cacheFile returns the path of an API's download, or "" if the name cannot be a
// file name.
func (c *Catalog) cacheFile(name string) string {
	if c.options.Cache == "" || !isFileName(name) {
		return ""
	}
	return filepath.Join(c.options.Cache, name+".txt")
}

func (c *Catalog) isDownloaded(name string) bool {
	d, err := c.cached(name)
	return err != nil || d != nil && d.Format == cacheFormat
}

// downloads returns the names of all cached files, sorted.
func (c *Catalog) downloads() []string {
	entries, _ := os.ReadDir(c.options.Cache) // a missing folder is empty
	var names []string
	for _, entry := range entries {
		name, isText := strings.CutSuffix(entry.Name(), ".txt")
		if isText && isFileName(name) && !entry.IsDir() {
			names = append(names, name)
		}
	}
	return names
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
