package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
)

// Trust is the list of definition files whose servers a person lets have the
// stored token. A file is trusted as it was: its path and its content count.
// Errors of a list that cannot be read or written are of kind File.
type Trust struct {
	File string           // the list; "" where no folder for it
	Dir  string           // working directory, which relative paths start from
	Now  func() time.Time // dates an entry; needed by Add only

	// Digests is EPILOT_TRUSTED_DEFINITIONS: the contents that are trusted
	// wherever they stand, "sha256:" and 64 hexadecimal digits each, separated
	// by commas or white space.
	Digests string
}

// Trusted is one file of the list.
type Trusted struct {
	Path   string    `json:"path"`   // absolute, without symbolic links
	SHA256 string    `json:"sha256"` // of the content that is trusted
	Since  time.Time `json:"since"`
}

type trustList struct {
	Files []Trusted `json:"files"`
}

// Holds reports whether the file that the API was read from is trusted, with
// the very text that was read. What came from a URL never is.
func (t *Trust) Holds(api *openapi.API) (bool, error) {
	if api.Source == "" || api.Digest == nil || IsURL(api.Source) {
		return false, nil
	}
	if api.Source == "-" {
		return t.holdsDigest(api.Digest())
	}
	content := api.Digest()
	if found, err := t.holdsDigest(content); found || err != nil {
		return found, err
	}
	files, err := t.List()
	if err != nil {
		return false, err
	}
	path := t.real(api.Source)
	at := slices.IndexFunc(files, func(f Trusted) bool { return f.Path == path })
	return at >= 0 && files[at].SHA256 == content, nil
}

// holdsDigest reports whether Digests has the SHA-256 of a content, in
// hexadecimal. The error, of kind Usage, is about a list of another form.
func (t *Trust) holdsDigest(content string) (bool, error) {
	found := false
	for entry := range strings.FieldsFuncSeq(t.Digests, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		sum, prefixed := strings.CutPrefix(strings.ToLower(entry), "sha256:")
		if bytes, err := hex.DecodeString(sum); !prefixed || err != nil || len(bytes) != sha256.Size {
			return false, failure.New(failure.Usage, "EPILOT_TRUSTED_DEFINITIONS: %q is not a SHA-256 checksum", entry).
				Hintf("set it to sha256: and the output of sha256sum FILE, several separated by commas")
		}
		found = found || sum == content
	}
	return found, nil
}

// Add trusts the file that the API was read from, as it was read.
func (t *Trust) Add(ctx context.Context, api *openapi.API) error {
	path := t.real(api.Source)
	if !filepath.IsAbs(path) || api.Source == "-" || api.Digest == nil || IsURL(api.Source) {
		return failure.New(failure.Usage, "%s is no file that can be trusted", api.Source)
	}
	entry := Trusted{Path: path, SHA256: api.Digest(), Since: t.Now().UTC().Truncate(time.Second)}
	return t.change(ctx, func(files []Trusted) []Trusted {
		return append(without(files, path), entry)
	})
}

// Remove ends the trust in a file, which need not exist any more, and reports
// whether there was any.
func (t *Trust) Remove(ctx context.Context, file string) (found bool, err error) {
	path := t.real(file)
	err = t.change(ctx, func(files []Trusted) []Trusted {
		rest := without(files, path)
		found = len(rest) < len(files)
		return rest
	})
	return found, err
}

func without(files []Trusted, path string) []Trusted {
	return slices.DeleteFunc(slices.Clone(files), func(f Trusted) bool { return f.Path == path })
}

// List returns what is trusted, in the order in which it came.
func (t *Trust) List() ([]Trusted, error) {
	if t.File == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.File, "%s cannot be read: %w", t.File, atomicfile.Cause(err))
	}
	return t.parse(text)
}

func (t *Trust) parse(text []byte) ([]Trusted, error) {
	const hint = "correct the file, or remove it: what was trusted then asks again"
	if _, err := document.ParseJSON(t.File, text); err != nil {
		return nil, failure.New(failure.File, "%w", err).Hintf(hint)
	}
	var list trustList
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, failure.New(failure.File, "%s is not a list of trusted files", t.File).Hintf(hint)
	}
	return list.Files, nil
}

func (t *Trust) change(ctx context.Context, edit func([]Trusted) []Trusted) error {
	if t.File == "" {
		return failure.New(failure.File, "no folder for the list of trusted files").
			Hintf("set HOME or XDG_CONFIG_HOME")
	}
	unlock, err := atomicfile.Lock(ctx, t.File)
	if err != nil {
		return err
	}
	defer unlock()
	atomicfile.Sweep(t.File)
	files, err := t.List()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(trustList{Files: edit(files)}, "", "  ")
	if err != nil {
		return failure.New(failure.File, "%s cannot be written: %w", t.File, err)
	}
	return atomicfile.Write(t.File, append(text, '\n'), 0o600)
}

// real is the file's absolute path without symbolic links, as far as it exists.
func (t *Trust) real(file string) string {
	if !filepath.IsAbs(file) && t.Dir != "" {
		file = filepath.Join(t.Dir, file)
	}
	if resolved, err := filepath.EvalSymlinks(file); err == nil {
		return resolved
	}
	return filepath.Clean(file)
}
