package help_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
)

var edition = help.Edition{Version: "1.2.3", Date: "2026-11-22"}

// TestManCommand checks the complete page of a command whose texts contain roff
// syntax.
func TestManCommand(t *testing.T) {
	t.Parallel()
	man := help.Man{Edition: edition, Global: []help.Entry{{Name: "    --all", Line: ".dot first"}}}
	name, got := man.Command(help.Command{
		Path: "epilot zoo feed", Usage: []string{"epilot zoo feed <pet>… [flags]"}, Line: `Feed \fBa "pet"\fR`,
		Notes: []help.Note{{Title: "FIELDS", Lines: []string{"'quoted' first,", "-f a=b, `~^`"}}},
		Below: []help.Command{{Path: "epilot zoo feed now", Line: "At once"}},
		Flags: []help.Entry{{Name: "-n, --n <value>", Line: "How much"}},
		Calls: []string{"epilot zoo feed -n 3", `epilot zoo feed 'a\nb'`},
	})
	if name != "epilot-zoo-feed" || got != feed {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, feed)
	}
}

const feed = `.TH "EPILOT\-ZOO\-FEED" "1" "2026-11-22" "epilot 1.2.3" "Commands of epilot"
.nh
.ad l
.SH "NAME"
epilot\-zoo\-feed \- Feed \(rsfBa "pet"\(rsfR
.SH "SYNOPSIS"
.EX
epilot zoo feed <pet>\[u2026] [flags]
.EE
.SH "DESCRIPTION"
Feed \(rsfBa "pet"\(rsfR.
.SH "FIELDS"
\(aqquoted\(aq first, \-f a=b, \(ga\(ti\(ha\(ga
.SH "COMMANDS"
.TP
\fBepilot zoo feed now\fR
At once
.SH "OPTIONS"
.TP
\fB\-n, \-\-n <value>\fR
How much
.SH "GLOBAL OPTIONS"
.TP
\fB\-\-all\fR
\&.dot first
.SH "EXAMPLES"
.EX
epilot zoo feed \-n 3
epilot zoo feed \(aqa\(rsnb\(aq
.EE
.SH "SEE ALSO"
.BR "epilot" (1),
.BR "epilot\-zoo" (1),
.BR "epilot\-zoo\-feed\-now" (1)
`

// TestManProgramStatuses checks that epilot(1) lists the exit status of every kind
// of failure.
func TestManProgramStatuses(t *testing.T) {
	t.Parallel()
	_, page := help.Man{}.Program(help.Command{Path: "epilot"}, []*openapi.API{{Name: "zoo", Title: "Zoo API"}})
	kinds := []failure.Kind{
		failure.API, failure.Usage, failure.Network, failure.Credentials, failure.File,
		failure.Query, failure.Interrupted, failure.Terminated, failure.Silent,
	}
	for _, kind := range kinds {
		status := strconv.Itoa(failure.ExitStatus(failure.New(kind, "x")))
		wantText(t, page, "\n.TP\n\\fB"+status+"\\fR\n")
	}
}

// TestManAPI checks that each operation has its arguments, summary and request line,
// next to the program's own commands for the API.
func TestManAPI(t *testing.T) {
	t.Parallel()
	str := &openapi.Schema{Types: []string{"string"}}
	api := &openapi.API{Name: "zoo", Title: "Zoo API", Operations: []*openapi.Operation{{
		ID: "getPet", Method: "GET", Path: "/pets/{id}", Line: "Get a pet", Deprecated: true, Tags: []string{"Pets\x1b"},
		Params: []*openapi.Param{{Name: "id", In: "path", Required: true, Schema: str}},
	}}}
	name, page := help.Man{Edition: edition}.API(api, []help.Command{{Path: "epilot zoo feed", Line: "Feed"}})
	if name != "epilot-zoo" {
		t.Errorf("the page is named %s", name)
	}
	wantText(t, page, ".SS \"Pets\\(rsx1b\"\n")
	wantText(t, page, ".TP\n\\fBgetPet\\fR <id>\nGet a pet\n.br\nGET /pets/{id} (deprecated)\n")
	wantText(t, page, "epilot zoo getPet 123e4567\\-e89b\\-12d3\\-a456\\-426614174000\n")
	wantText(t, page, "No server is known: set one with \\-\\-server.\n")
	wantText(t, page, ".BR \"epilot\\-zoo\\-feed\" (1)\n")
}

func wantText(t *testing.T, page, want string) {
	t.Helper()
	if !strings.Contains(page, want) {
		t.Errorf("the page lacks %q:\n%s", want, page)
	}
}
