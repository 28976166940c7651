// Package upgrade replaces the program by a newer one of its own: it asks the
// release feed, believes only what the release key signed, tries the new
// program, and puts it in the old one's place all at once. It also knows who
// installed the program, and remembers when a person was told of a new version.
// It prints nothing and decides nothing for the person.
package upgrade

import (
	"net/http"
	"net/url"
	"time"

	"github.com/jedisct1/go-minisign"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
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
			Hintf("give it as in EPILOT_RELEASES_URL=https://mirror.example/releases; http is for loopback only")
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
	return u.Scheme == "https" || u.Scheme == "http" && transport.Loopback(u.Hostname())
}
