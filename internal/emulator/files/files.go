// Package files stores the files of the mock. Uploads and downloads use signed
// URLs of the mock's own origin, and are streamed to and from a folder next to
// the state file.
package files

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Prefix is the path prefix of the URLs.
const Prefix = "/_files/"

// Bucket is the bucket name in references to files.
const Bucket = "epilot-mock"

// lifetime is how long a signed URL is valid.
const lifetime = time.Hour

// collection contains the Info of each file, by key.
const collection = "\x00=files"

// Files stores files. It is safe for concurrent use, also by several processes.
type Files struct {
	store  *store.Store
	dir    string // created on first use
	now    func() time.Time
	random io.Reader
}

// New returns the files of a state, with their content in dir. It opens nothing.
func New(state *store.Store, dir string, now func() time.Time, random io.Reader) *Files {
	return &Files{store: state, dir: dir, now: now, random: random}
}

// Info describes a file.
type Info struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"` // hex
	Time      string `json:"time"`   // RFC 3339
}

// secretBucket contains the key that signs URLs.
const secretBucket = "files"

func (f *Files) secret(ctx context.Context) ([]byte, error) {
	var secret []byte
	read := func(tx *bolt.Tx) error {
		_, err := f.store.Get(tx, secretBucket, "secret", &secret)
		return err
	}
	if err := f.store.View(ctx, read); err != nil || secret != nil {
		return secret, err
	}
	err := f.store.Update(ctx, func(tx *bolt.Tx) error {
		if err := read(tx); err != nil || secret != nil {
			return err
		}
		made := make([]byte, 32)
		if _, err := io.ReadFull(f.random, made); err != nil {
			return err
		}
		secret = made
		return f.store.Put(tx, secretBucket, "secret", made)
	})
	return secret, err
}

// URL returns a signed URL for one method and key at an origin such as
// "http://127.0.0.1:4010".
func (f *Files) URL(ctx context.Context, origin, method, key string) (string, error) {
	secret, err := f.secret(ctx)
	if err != nil {
		return "", err
	}
	expires := strconv.FormatInt(f.now().Add(lifetime).Unix(), 10)
	u := url.URL{Path: Prefix + key, RawQuery: "expires=" + expires + "&signature=" + sign(secret, method, key, expires)}
	return origin + u.EscapedPath() + "?" + u.RawQuery, nil
}

func sign(secret []byte, method, key, expires string) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s\n%s\n%s", method, key, expires)
	return hex.EncodeToString(mac.Sum(nil))
}

// Info returns the description of a file, or nil.
func (f *Files) Info(ctx context.Context, key string) (*Info, error) {
	var info *Info
	err := f.store.View(ctx, func(tx *bolt.Tx) error {
		var stored Info
		found, err := f.store.Get(tx, collection, key, &stored)
		if found {
			info = &stored
		}
		return err
	})
	return info, err
}

// ServeHTTP stores a file on PUT and returns it on GET and HEAD, ranges included.
// It returns the status for the log.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := strings.TrimPrefix(r.URL.Path, Prefix)
	if err := f.authorize(r, key); err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	var err error
	switch r.Method {
	case http.MethodPut:
		err = f.put(w, r, key)
	case http.MethodGet, http.MethodHead:
		err = f.get(w, r, key)
	default:
		w.Header().Set("Allow", "GET, HEAD, PUT")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (f *Files) authorize(r *http.Request, key string) error {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	secret, err := f.secret(r.Context())
	if err != nil {
		return err
	}
	expires := r.URL.Query().Get("expires")
	until, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || !hmac.Equal([]byte(r.URL.Query().Get("signature")), []byte(sign(secret, method, key, expires))) {
		return errors.New("the signature of the URL is not valid")
	}
	if f.now().Unix() > until {
		return errors.New("the URL has expired")
	}
	return nil
}

// path returns where the content of a key is stored. No key can escape the folder.
func (f *Files) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(f.dir, hex.EncodeToString(sum[:16]))
}

func (f *Files) put(w http.ResponseWriter, r *http.Request, key string) error {
	info, err := f.Save(r.Context(), key, r.Header.Get("Content-Type"), r.Body, r.ContentLength)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", `"`+info.SHA256+`"`)
	w.WriteHeader(http.StatusOK)
	return nil
}

// Save stores the content of a key. The length is in bytes, or -1 if it is
// unknown; content that is shorter is an error.
func (f *Files) Save(ctx context.Context, key, mediaType string, content io.Reader, length int64) (*Info, error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, failure.New(failure.File, "cannot keep the file: %w", err)
	}
	temporary, err := os.CreateTemp(f.dir, ".upload-")
	if err != nil {
		return nil, failure.New(failure.File, "cannot keep the file: %w", err)
	}
	defer os.Remove(temporary.Name()) // no effect after a complete upload
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(temporary, sum), content)
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil && length >= 0 && size != length {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = os.Rename(temporary.Name(), f.path(key))
	}
	if err != nil {
		return nil, failure.New(failure.File, "cannot keep the file: %w", err)
	}
	info := Info{
		Name: path.Base(key), MediaType: mediaType, Size: size,
		SHA256: hex.EncodeToString(sum.Sum(nil)), Time: f.now().UTC().Format(time.RFC3339),
	}
	err = f.store.Update(ctx, func(tx *bolt.Tx) error { return f.store.Put(tx, collection, key, info) })
	return &info, err
}

func (f *Files) get(w http.ResponseWriter, r *http.Request, key string) error {
	info, err := f.Info(r.Context(), key)
	if err != nil {
		return err
	}
	file, err := os.Open(f.path(key))
	if info == nil || errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "nothing has been uploaded to this URL", http.StatusNotFound)
		return nil
	}
	if err != nil {
		return failure.New(failure.File, "cannot read the file: %w", err)
	}
	defer file.Close()
	changed, _ := time.Parse(time.RFC3339, info.Time)
	w.Header().Set("Content-Type", info.MediaType)
	if info.MediaType == "" {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("ETag", `"`+info.SHA256+`"`)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": info.Name}))
	http.ServeContent(w, r, "", changed, file)
	return nil
}

// Reset deletes all files.
func (f *Files) Reset(ctx context.Context) error {
	if err := os.RemoveAll(f.dir); err != nil {
		return failure.New(failure.File, "cannot remove the files of the mock: %w", err)
	}
	return f.store.RemoveBuckets(ctx, []string{collection})
}
