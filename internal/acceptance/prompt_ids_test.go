//go:build unix

package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestIDs: known ids of a path parameter are offered, and any other value is
// accepted.
func TestIDs(t *testing.T) {
	t.Parallel()
	s := sit(t)
	id := strings.TrimSpace(s.run(`epilot access-token createAccessToken -d '{"name":"CI token"}' --server mock --jsonata id`))
	s.run(`epilot access-token createAccessToken -d '{"name":"Second"}' --server mock`)

	p := s.types("access-token", "revokeAccessToken", "--server", "mock")
	p.Wait("Enter another value")
	p.Ask("? id", "ci tok")
	p.Wait("> " + id + "  CI token  20")
	p.Type("\r")
	p.Ask("(y/N)", "y\r")
	p.Wait("200 OK")
	exits(t, p, 0)

	p = s.types("access-token", "revokeAccessToken", "--server", "mock", "--guided")
	p.Ask("? id", "api_of_mine")
	p.Wait("> Enter another value")
	p.Type("\r")
	p.Ask("? id", "api_of_mine\r")
	p.Ask("(y/N)", "\r")
	exits(t, p, 130)
}

// TestNameOfWhatIsDeleted: before a deletion, the confirmation shows the name that the
// API lists for the id.
func TestNameOfWhatIsDeleted(t *testing.T) {
	t.Parallel()
	s := sit(t)
	id := strings.TrimSpace(s.run(`epilot entity createEntity contact -d '{"_title":"Ada Lovelace"}' --server mock --jsonata _id`))
	p := s.types("entity", "deleteEntity", "contact", id, "--server", "mock")
	p.Wait(": contact " + id + " (Ada")
	p.Ask("? Send it? (y/N)", "\r") // restoreEntity can undo it
	exits(t, p, 130)
	p = s.types("entity", "deleteEntity", "contact", id, "-p", "purge=true", "--server", "mock")
	p.Ask("This cannot be undone. Send it? (y/N)", "\r")
	exits(t, p, 130)
	p = s.types("snapshot", "deleteSnapshot", id, "--server", "mock")
	p.Ask("This cannot be undone. Send it? (y/N)", "\r") // restoreSnapshot does not undo it
	exits(t, p, 130)
}

// TestIDsOfEntities: ids are looked up with the chosen slug.
func TestIDsOfEntities(t *testing.T) {
	t.Parallel()
	s := sit(t)
	id := strings.TrimSpace(s.run(`epilot entity createEntity contact -d '{"_title":"Ada Lovelace"}' --server mock --jsonata _id`))
	s.run(`epilot entity createEntity order -d '{"_title":"Order 1"}' --server mock`)
	p := s.types("entity", "getEntity", "--server", "mock", "--guided")
	p.Ask("? slug", "contact")
	p.Wait("> contact")
	p.Type("\r")
	p.Wait("? slug contact")
	p.Ask("? id", "ada")
	p.Wait("> " + id + "  Ada Lovelace  20")
	p.Type("\x02")
	p.Ask("? slug", "order")
	p.Wait("> order  ")
	p.Type("\r")
	p.Ask("? id", "\x1b[A")
	p.Wait("Order 1")
	p.Type("\x03")
	exits(t, p, 130)
}

// TestLookUpIsShown: a slow lookup of ids shows a spinner, which is gone at the
// prompt.
func TestLookUpIsShown(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(over) })
	p := sit(t, "EPILOT_TOKEN=SeCrEt-token").types("access-token", "revokeAccessToken", "--server", server.URL)
	p.Sent("looking up values of id")
	p.Wait("? id")
	p.Gone("looking up")
	p.Type("\x03")
	exits(t, p, 130)
}
