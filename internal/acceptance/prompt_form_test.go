//go:build unix

package acceptance

import (
	"strings"
	"testing"
)

// TestFormOfContact adds fields that no schema lists, goes back to correct one,
// and leaves: the next run offers what was answered.
func TestFormOfContact(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	call := []string{"entity", "createEntity", "contact", "--guided", "--server", server.URL}
	p := s.types(call...)
	p.Wait("Ctrl-B goes back to the question before")
	p.Ask("Optional parameters", "\r")
	p.Ask("can have a body; give one", "\r")
	p.Ask("body: what else to give", "\r")
	p.Ask("Add a field to body, it has 0", "y\r")
	p.Ask("name of the field", "first_nam\r")
	p.Ask("text, or JSON such as 1", "\x02") // Ctrl-B
	p.Ask("name of the field [first_nam]", "first_name\r")
	p.Ask("? first_name", "Anna\r")
	p.Ask("Add a field to body, it has 1", "\x03")
	p.Wait("your answers are kept: run the same command again to go on")
	exits(t, p, 130)

	p = s.types(call...)
	p.Ask("Optional parameters", "\r")
	p.Ask("can have a body; give one", "\r")
	p.Ask("body: what else to give", "\r")
	p.Ask("Add a field to body, it has 0 (Y/n)", "\r")
	p.Ask("name of the field [first_name]", "\r")
	p.Ask("? first_name [Anna]", "\r")
	p.Ask("Add a field to body, it has 1", "\r")
	p.Wait(`  "first_name": "Anna"`)
	p.Wait("Add an entity to the schema given by its slug: contact")
	p.Ask("Send it (Y/n)", "\r")
	exits(t, p, 0)
	if all := server.all(); len(all) != 1 || !strings.HasSuffix(all[0], `{"first_name":"Anna"}`) {
		t.Errorf("sent %q", all)
	}
}

// TestFormOfSmallBody asks for the required fields of a small body, without an
// editor.
func TestFormOfSmallBody(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	p := s.types("iban", "validateIban", "--server", server.URL)
	p.Ask("? iban", "\r")
	p.Ask("! must not be empty", "DE89370400440532013000\r")
	exits(t, p, 0)
	if all := server.all(); len(all) != 1 || !strings.HasSuffix(all[0], `{"iban":"DE89370400440532013000"}`) {
		t.Errorf("sent %q", all)
	}
}
