//go:build unix

package acceptance

import "testing"

// TestGuidedIdentification tests a variant with a list and a limited number: items
// one by one, and a number until it is valid.
func TestGuidedIdentification(t *testing.T) {
	t.Parallel()
	s := sit(t)
	p := s.types("access-token", "createAccessToken", "--guided", "--server", "mock")
	p.Ask("Add a request body to createAccessToken? (Y/n)", "\r")
	p.Ask("body: which", "(token_type: contact_identification)")
	p.Wait("> ContactIdentificationTokenParameters")
	p.Type("\r")
	for _, name := range []string{"name", "portal_id", "contact_id", "surface_id"} {
		p.Ask("? "+name, "n\r")
		p.Wait("? " + name + " n")
	}
	p.Ask("Add an item to allowed_operations (0 so far)", "y\r")
	p.Ask("? allowed_operations[0]", "getContact\r")
	p.Ask("Add an item to allowed_operations (1 so far)", "n\r")
	p.Ask("? expires_in", "5\r")
	p.Wait("must be at least 60")
	p.Type("\x7f300\r")
	p.Ask("optional fields", "\r")
	body := `{"name":"n","token_type":"contact_identification","portal_id":"n","contact_id":"n",` +
		`"surface_id":"n","allowed_operations":["getContact"],"expires_in":300}`
	p.Ask("Send it? (Y/n)", "\r")
	p.Wait("201 Created")
	exits(t, p, 0)
	if got, want := lastCommand(t, p), "epilot access-token createAccessToken -d '"+body+"' --server mock"; got != want {
		t.Errorf("taught %s, want %s", got, want)
	}
}
