// Package upgrade replaces the program by a newer one of its own: it asks the
// release feed, believes only what the release key signed, tries the new
// program, and puts it in the old one's place all at once. It also knows who
// installed the program, and remembers when a person was told of a new version.
// It prints nothing and decides nothing for the person.
package upgrade

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/jedisct1/go-minisign"
	"golang.org/x/mod/semver"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

const stallTime = 30 * time.Second // without a byte

// Options says where releases are, and who signs them.
type Options struct {
	// Address is the URL of the releases: below it are
	// latest/download/checksums.txt.minisig and, in download/v<version>, the
	// files of each release. That is how GitHub lays them out.
	Address string

	// Key is the minisign public key of who signs releases, in base64.
	Key string

	// Send fetches. Its requests carry no credentials.
	Send http.RoundTripper

	// Stall is the longest wait for the next byte, zero for 30 s.
	Stall time.Duration
}

// Feed tells which releases there are.
type Feed struct {
	base  *url.URL
	key   minisign.PublicKey
	send  http.RoundTripper
	stall time.Duration
}

// Open checks the address and the key; nothing is fetched yet. Errors are of
// kind Usage.
func Open(o Options) (*Feed, error) {
	base, err := url.Parse(o.Address)
	if err != nil || base.Host == "" || !isSafe(base) {
		return nil, failure.New(failure.Usage, "the address of the release feed is not an https URL").
			Hintf("for example: EPILOT_RELEASES_URL=https://mirror.example/releases; http is for loopback only")
	}
	if base.User != nil {
		return nil, failure.New(failure.Usage, "the address of the release feed holds a user name or password").
			Hintf("releases are fetched without credentials")
	}
	key, err := minisign.NewPublicKey(o.Key)
	if err != nil {
		return nil, failure.New(failure.Usage, "this program was built without a valid release key").
			Hintf("install a release by hand; only a build with a key can check one")
	}
	f := &Feed{base: base, key: key, send: o.Send, stall: o.Stall}
	if f.stall == 0 {
		f.stall = stallTime
	}
	return f, nil
}

// isSafe: what is signed needs no secrecy, but plain http tells everybody on
// the way which version runs here.
func isSafe(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && httpx.IsLoopback(u.Hostname())
}

// Compare is negative where a is older than b, by https://semver.org: without a
// leading "v". What is no version is older than any that is one.
func Compare(a, b string) int { return semver.Compare("v"+a, "v"+b) }

// IsPrerelease reports whether a version has a prerelease part, such as 2.0.0-rc.1.
func IsPrerelease(version string) bool { return semver.Prerelease("v"+version) != "" }

// IsVersion reports whether the text is the whole version of a release: three
// numbers, perhaps a prerelease, no build metadata. It is then fit for a URL.
func IsVersion(text string) bool {
	return text != "" && semver.Canonical("v"+text) == "v"+text
}

const (
	pause      = 24 * time.Hour
	mostMemory = 64 << 10 // bytes
)

// Memory is what commands remember about new versions, in a file of the state.
type Memory struct {
	Checked  time.Time `json:"checked"`          // when the feed was last asked
	Latest   string    `json:"latest,omitempty"` // what it said then
	Notified time.Time `json:"told"`             // when the person was last told
}

// ReadMemory reads the file. One that is not there, or that nobody can read, is
// empty: it holds nothing that a person wrote.
func ReadMemory(file string) Memory {
	f, err := os.Open(file)
	if err != nil {
		return Memory{}
	}
	defer f.Close()
	var m Memory
	text, err := io.ReadAll(io.LimitReader(f, mostMemory))
	if err != nil || json.Unmarshal(text, &m) != nil {
		return Memory{}
	}
	if !IsVersion(m.Latest) {
		m.Latest = "" // it is shown to people
	}
	return m
}

// Write replaces the file. Errors are of kind File.
func (m Memory) Write(file string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return atomicfile.Write(file, append(text, '\n'), 0o600)
}

// News returns the version that a person should be told of now, "" for none:
// one newer than the current, at most once a day.
func (m Memory) News(current string, now time.Time) string {
	if m.Latest == "" || Compare(m.Latest, current) <= 0 || !isOver(m.Notified, now) {
		return ""
	}
	return m.Latest
}

// Due reports whether the feed should be asked again: once a day.
func (m Memory) Due(now time.Time) bool { return isOver(m.Checked, now) }

// isOver: a time that is still to come was told by a clock that was wrong.
func isOver(since, now time.Time) bool {
	age := now.Sub(since)
	return age < 0 || age >= pause
}
