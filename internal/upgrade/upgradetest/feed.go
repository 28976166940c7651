// Package upgradetest provides a release feed for tests: its files, its key and its
// archives. It validates nothing.
package upgradetest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/jedisct1/go-minisign"
)

// Signer is a release key of a test.
type Signer struct{ minisign.PrivateKey }

// NewSigner returns the key with that number.
func NewSigner(number byte) *Signer {
	s := &Signer{minisign.PrivateKey{SignatureAlgorithm: [2]byte{'E', 'd'}, KeyId: [8]byte{number}}}
	copy(s.SecretKey[:], ed25519.NewKeyFromSeed(bytes.Repeat([]byte{number}, ed25519.SeedSize)))
	return s
}

// Public returns the public key in the form that a build uses.
func (s *Signer) Public() string {
	key := s.PublicKey()
	return base64.StdEncoding.EncodeToString(append(append(key.SignatureAlgorithm[:], key.KeyId[:]...), key.PublicKey[:]...))
}

// Signature returns the content of a .minisig file.
func (s *Signer) Signature(t testing.TB, text []byte, comment string) []byte {
	t.Helper()
	signature, err := s.Sign(text, minisign.SignOptions{TrustedComment: comment, Hashed: true})
	if err != nil {
		t.Fatal(err)
	}
	return signature.Encode()
}

// Files are the files of a server by path.
type Files map[string][]byte

func (s Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, there := s[r.URL.Path]
	if !there {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = w.Write(text) // a client may disconnect
}

// The paths of the latest release made by Publish.
const (
	Latest    = "/latest/download/checksums.txt.minisig"
	Checksums = "checksums.txt"
)

// Publish adds a release as the latest, with an archive for one system. It returns
// the folder of the release and the name of the archive.
func (s Files) Publish(t testing.TB, by *Signer, version, system, machine string, archive []byte) (folder, name string) {
	t.Helper()
	folder, name = "/download/v"+version+"/", "epilot_"+version+"_"+system+"_"+machine+".tar.gz"
	sums := fmt.Appendf(nil, "%x  other.txt\n%x  %s\n", sha256.Sum256(nil), sha256.Sum256(archive), name)
	s[folder+name], s[folder+Checksums] = archive, sums
	s[Latest] = by.Signature(t, sums, "epilot "+version)
	s[folder+Checksums+".minisig"] = s[Latest]
	return folder, name
}

// Entry is a file of an archive.
type Entry struct {
	Name string
	Text string // the content, or the target of a link
	Kind byte   // tar type flag, 0 for a regular file
}

// Tar packs a .tar.gz.
func Tar(t testing.TB, entries ...Entry) []byte {
	t.Helper()
	var packed bytes.Buffer
	squeeze, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	files := tar.NewWriter(squeeze)
	for _, e := range entries {
		header := &tar.Header{Name: e.Name, Mode: 0o755, Size: int64(len(e.Text)), Typeflag: e.Kind}
		if e.Kind == tar.TypeSymlink {
			header.Linkname, header.Size, e.Text = e.Text, 0, ""
		}
		if err := files.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(files, e.Text); err != nil {
			t.Fatal(err)
		}
	}
	closeAll(t, files, squeeze)
	return packed.Bytes()
}

// Zip packs a .zip.
func Zip(t testing.TB, entries ...Entry) []byte {
	t.Helper()
	var packed bytes.Buffer
	files := zip.NewWriter(&packed)
	for _, e := range entries {
		file, err := files.Create(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(file, e.Text); err != nil {
			t.Fatal(err)
		}
	}
	closeAll(t, files)
	return packed.Bytes()
}

func closeAll(t testing.TB, writers ...io.Closer) {
	t.Helper()
	for _, w := range writers {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
