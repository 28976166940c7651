package help_test

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/help"
)

// TestManTopic checks the complete page of a topic with every kind of block.
func TestManTopic(t *testing.T) {
	t.Parallel()
	const text = "# Pets, and `food`\n\nRun `feed -n`, or\nnot.\n\n.Dot first\n\n## What `to` do\n\n" +
		"| name | kind | is |\n| --- | --- | --- |\n| `a` | `b` | c `d` |\n\n- one `x`\n- two\n\n" +
		"## `~/.pets`\n\n```sh\nfeed 'a'\n\nfeed b\n```\n"
	name, got := help.Man{Edition: edition}.Topic("pets", text)
	if name != "epilot-pets" || got != petsPage {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, petsPage)
	}
}

const petsPage = `.TH "EPILOT\-PETS" "7" "2026-11-22" "epilot 1.2.3" "Topics of epilot"
.nh
.ad l
.SH "NAME"
epilot\-pets \- Pets, and food
.SH "DESCRIPTION"
Run \fBfeed \-n\fR, or not.
.PP
\&.Dot first
.SH "WHAT TO DO"
.TP
\fBa\fR b
c d
.IP "\[u2022]" "2"
one \fBx\fR
.IP "\[u2022]" "2"
two
.SH "\(ti/.pets"
.EX
feed \(aqa\(aq

feed b
.EE
.SH "SEE ALSO"
.BR "epilot" (1)
`
