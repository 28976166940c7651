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
	"syscall"
	"time"
	"unicode"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
)

// overrideFile returns the API's file in .epilot/overrides of the working directory,
// or of the nearest parent within the repository that has one, or "". A file in
// folders of another owner is ignored with a warning.
func (c *Catalog) overrideFile(name string) string {
	if c.options.Dir == "" || !isFileName(name) {
		return ""
	}
	dirs := c.overrideDirs()
	for _, dir := range dirs {
		for _, extension := range overrideExtensions() {
			file := filepath.Join(dir, ".epilot", "overrides", name+extension)
			if !exists(file) {
				continue
			}
			if foreign := c.foreign(file, dir, dirs); foreign != "" {
				c.ignore(file, foreign)
				return ""
			}
			return file
		}
	}
	return ""
}

func overrideExtensions() []string { return []string{".json", ".yaml", ".yml"} }

// foreign returns the part of an override's path that belongs to another user, or
// "": the owner of a folder can put any file there. All folders up to the repository
// root are checked, as for git's safe.directory. A file whose content is trusted is
// used regardless of its owner.
func (c *Catalog) foreign(file, dir string, dirs []string) string {
	overrides := filepath.Join(dir, ".epilot", "overrides")
	for _, path := range slices.Concat([]string{file, overrides, filepath.Dir(overrides)}, dirs) {
		if c.isForeign(path) && !c.holdsContent(file) {
			return path
		}
	}
	return ""
}

// isForeign checks both a link and its target.
func (c *Catalog) isForeign(path string) bool {
	for _, look := range []func(string) (fs.FileInfo, error){os.Lstat, os.Stat} {
		if info, err := look(path); err == nil && !c.owns(info) {
			return true
		}
	}
	return false
}

// holdsContent reports whether EPILOT_TRUSTED_DEFINITIONS contains the file's
// digest.
func (c *Catalog) holdsContent(file string) bool {
	if c.options.Trust == nil || c.options.Trust.Digests == "" {
		return false
	}
	text, _, err := c.readRegular(file)
	return err == nil && c.isTrustedContent(text)
}

func (c *Catalog) isTrustedContent(text []byte) bool {
	if c.options.Trust == nil {
		return false
	}
	found, err := c.options.Trust.holdsDigest(digest(text))
	return found && err == nil
}

// ignore warns once about an unused override.
func (c *Catalog) ignore(file, foreign string) {
	if _, warned := c.ignored.LoadOrStore(file, true); !warned && c.options.Warn != nil {
		c.options.Warn("ignoring " + file + ": " + foreign + " belongs to another user; name the file with --definition to use it")
	}
}

func (c *Catalog) readOverride(name, file string) (*openapi.API, error) {
	text, own, err := c.readRegular(file)
	if err == nil && !own && !c.isTrustedContent(text) {
		err = errForeign
	}
	if err != nil {
		return nil, failure.New(failure.File, "override %s cannot be read: %w", file, atomicfile.Cause(err))
	}
	api, err := parse(name, file, text)
	if err == nil {
		api.Found = true
	}
	return api, err
}

var (
	errNotRegular = errors.New("it is not a regular file")
	errForeign    = errors.New("it belongs to another user")
)

// readRegular reads a regular file, and reports whether it belongs to the user. It
// is checked after opening, because the path can change in between.
func (c *Catalog) readRegular(name string) (text []byte, own bool, err error) {
	file, err := os.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	if text, err = readRegular(file); err != nil {
		return nil, false, err
	}
	info, err := file.Stat()
	return text, err == nil && c.owns(info), err
}

// readRegular reads an open file to its end.
func readRegular(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	return readAll(file, info.Size())
}

// overrideDirs returns the working directory and its parents up to the one with
// .git, or only the working directory if none has it.
func (c *Catalog) overrideDirs() []string {
	var dirs []string
	for dir := filepath.Clean(c.options.Dir); ; dir = filepath.Dir(dir) {
		dirs = append(dirs, dir)
		if exists(filepath.Join(dir, ".git")) {
			return dirs
		}
		if dir == filepath.Dir(dir) {
			return dirs[:1]
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil || !isAbsent(err)
}

// isAbsent reports whether a file does not exist, or cannot exist because a part of
// its path is not a folder.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// isFileName reports whether a name is safe as part of a path.
func isFileName(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\:\x00")
}

// Trust is the list of definition files whose servers may receive the stored token.
// A file is trusted by its path and content. Errors from reading or writing the list
// are of kind File.
type Trust struct {
	File string           // the list; "" if there is no folder for it
	Dir  string           // working directory, the base of relative paths
	Now  func() time.Time // dates an entry; only used by Add

	// Digests is EPILOT_TRUSTED_DEFINITIONS: contents trusted at any path, as
	// "sha256:" and 64 hexadecimal digits, separated by commas or white space.
	Digests string
}

// Trusted is one entry of the list.
type Trusted struct {
	Path   string    `json:"path"`   // absolute, without symbolic links
	SHA256 string    `json:"sha256"` // of the trusted content
	Since  time.Time `json:"since"`
}

type trustList struct {
	Files []Trusted `json:"files"`
}

// Holds reports whether the API was read from a trusted file with exactly the
// trusted content. APIs from a URL are never trusted.
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

// holdsDigest reports whether Digests contains a hexadecimal SHA-256. A malformed
// list is an error of kind Usage.
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

// Add trusts the file that the API was read from, with the content read.
func (t *Trust) Add(ctx context.Context, api *openapi.API) error {
	path := t.real(api.Source)
	if !filepath.IsAbs(path) || api.Source == "-" || api.Digest == nil || IsURL(api.Source) {
		return failure.New(failure.Usage, "%s is not a file that can be trusted", api.Source)
	}
	entry := Trusted{Path: path, SHA256: api.Digest(), Since: t.Now().UTC().Truncate(time.Second)}
	return t.change(ctx, func(files []Trusted) []Trusted {
		return append(without(files, path), entry)
	})
}

// Remove revokes the trust in a file, which need not exist, and reports whether it
// was trusted.
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

// List returns the trusted files in the order in which they were added.
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
	const hint = "correct the file, or remove it and trust your definitions again"
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

// real resolves the file to an absolute path without symbolic links, as far as it
// exists.
func (t *Trust) real(file string) string {
	if !filepath.IsAbs(file) && t.Dir != "" {
		file = filepath.Join(t.Dir, file)
	}
	if resolved, err := filepath.EvalSymlinks(file); err == nil {
		return resolved
	}
	return filepath.Clean(file)
}
