package upgrade

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

const system, machine = "linux", "amd64"

type entry = upgradetest.Entry

func file(name, text string) entry { return entry{Name: name, Text: text} }

// published is a shelf with one release whose archive has those files.
func published(t *testing.T, by *upgradetest.Signer, version string, entries ...entry) upgradetest.Shelf {
	t.Helper()
	files := upgradetest.Shelf{}
	files.Publish(t, by, version, system, machine, upgradetest.Tar(t, entries...))
	return files
}

// open is the feed of a server, for the signer's releases.
func open(t *testing.T, by *upgradetest.Signer, handler http.Handler) *Feed {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f, err := Open(Options{Address: server.URL, Key: by.Public(), Send: transport.New(transport.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// latest is the release that a server calls the latest.
func latest(t *testing.T, by *upgradetest.Signer, handler http.Handler) *Release {
	t.Helper()
	release, err := open(t, by, handler).Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return release
}
