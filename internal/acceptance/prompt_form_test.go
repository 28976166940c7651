//go:build unix

package acceptance

import (
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// TestFormOfContact adds fields that no schema lists, goes back to correct one, and
// quits: the next run offers the answers.
func TestFormOfContact(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	call := []string{"entity", "createEntity", "contact", "--guided", "--server", server.URL}
	p := s.types(call...)
	p.Wait("Ctrl-B goes back one question")
	p.Ask("Optional parameters", "\r")
	p.Ask("request body", "\r")
	p.Ask("body: optional fields", "\r")
	p.Ask("Add a field to body (0 so far)", "y\r")
	p.Ask("name of the field", "first_nam\r")
	p.Ask("text, or JSON such as 1", "\x02") // Ctrl-B
	p.Ask("name of the field [first_nam]", "first_name\r")
	p.Ask("? first_name", "Anna\r")
	p.Ask("Add a field to body (1 so far)", "\x03")
	p.Wait("your answers are saved: run the same command again to continue")
	exits(t, p, 130)

	p = s.types(call...)
	p.Ask("Optional parameters", "\r")
	p.Ask("request body", "\r")
	p.Ask("body: optional fields", "\r")
	p.Ask("Add a field to body (0 so far)? (Y/n)", "\r")
	p.Ask("name of the field [first_name]", "\r")
	p.Ask("? first_name [Anna]", "\r")
	p.Ask("Add a field to body (1 so far)", "\r")
	p.Wait(`  "first_name": "Anna"`)
	p.Wait("Add an entity to the schema given by its slug: contact")
	p.Ask("Send it? (Y/n)", "\r")
	exits(t, p, 0)
	sent := slices.DeleteFunc(server.all(), func(request string) bool { return strings.HasPrefix(request, "GET /v1/entity/schemas/contact") })
	if len(sent) != 1 || !strings.HasSuffix(sent[0], `{"first_name":"Anna"}`) {
		t.Errorf("sent %q", sent)
	}
}

// contactForm is the form of a new contact, at the choice of its fields.
func contactForm(t *testing.T) *prompttest.Terminal {
	t.Helper()
	p := sit(t).types("entity", "createEntity", "contact", "--guided", "--server", "mock", "--json")
	p.Ask("Optional parameters", "\r")
	p.Ask("request body", "\r")
	return p
}

// TestFormOffersTheFieldsOfTheSchema: the fields of a contact are those in its
// schema, which is requested once.
func TestFormOffersTheFieldsOfTheSchema(t *testing.T) {
	t.Parallel()
	p := contactForm(t)
	p.Ask("body: fields of the schema", "last")
	p.Wait("> [ ] last_name")
	p.Type(" \x15first")
	p.Wait("> [ ] first_name")
	p.Wait("First name, string")
	p.Type(" \r")
	p.Ask("? first_name", "\x02") // Ctrl-B
	p.Ask("body: fields of the schema", "\r")
	p.Ask("? first_name", "Ada\r")
	p.Ask("? last_name", "King\r")
	p.Ask("body: optional fields", "\r")
	p.Ask("Add a field to body (2 so far)", "\r")
	p.Ask("Send it? (Y/n)", "\r")
	exits(t, p, 0)
	want := `epilot entity createEntity contact -d '{"first_name":"Ada","last_name":"King"}' --json --server mock`
	if got := lastCommand(t, p); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestFormSendsTheTypeOfTheSchema: digits in a field that the organization declares a
// string are a string, whether the field is selected or typed.
func TestFormSendsTheTypeOfTheSchema(t *testing.T) {
	t.Parallel()
	p := contactForm(t)
	p.Ask("body: fields of the schema", "first")
	p.Wait("> [ ] first_name")
	p.Type(" \r")
	p.Wait("First name (string)")
	p.Ask("? first_name", "12345\r")
	p.Ask("body: optional fields", "\r")
	p.Ask("Add a field to body (1 so far)", "y\r")
	p.Ask("name of the field", "last_name\r")
	p.Ask("? last_name", "true\r")
	p.Ask("Add a field to body (2 so far)", "y\r")
	p.Ask("name of the field", "size\r")
	p.Ask("? size", "7\r")
	p.Ask("Add a field to body (3 so far)", "\r")
	p.Ask("Send it? (Y/n)", "\r")
	exits(t, p, 0)
	want := `epilot entity createEntity contact -d '{"first_name":"12345","last_name":"true","size":7}' --json --server mock`
	if got := lastCommand(t, p); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestFormOfSmallBody prompts for the required fields of a small body, without an
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

// TestWaysOfALargeBody: a form, or a sample that is sent after confirmation.
func TestWaysOfALargeBody(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	call := []string{"access-token", "createAccessToken", "--server", server.URL}
	p := s.types(call...)
	p.Ask("(Y/n)", "\r")
	p.Wait("> Form")
	p.Wait("Prompt for each required field")
	p.Type("\r")
	p.Ask("> AccessTokenParameters", "(token_type: app)")
	p.Wait("> AppTokenParameters")
	p.Type("\r")
	p.Ask("? name", "CI\r")
	p.Ask("Space selects", "\r")
	exits(t, p, 0)

	for _, row := range []struct {
		answer string
		status int
	}{{"\r", 130}, {"y\r", 0}} {
		p = s.types(call...)
		p.Ask("(Y/n)", "\r")
		p.Ask("Request body of createAccessToken", "sample")
		p.Wait("> Sample")
		p.Type("\r")
		p.Wait(`  "name": "CI`)
		p.Ask("Send this body? (y/N)", row.answer)
		exits(t, p, row.status)
	}
	all := server.all()
	if len(all) != 2 || !strings.HasSuffix(all[0], `{"name":"CI","token_type":"app"}`) || !strings.Contains(all[1], `{"name":"CI`) {
		t.Errorf("sent %q", all)
	}
}

// TestRequiredLargeBody: the way to enter it is asked first; Esc sends nothing.
func TestRequiredLargeBody(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	p := s.types("calendar", "createEvent", "--server", server.URL)
	p.Ask("Request body of createEvent", "\x1b")
	exits(t, p, 130)
	if all := server.all(); len(all) != 0 {
		t.Errorf("sent %q", all)
	}
}
