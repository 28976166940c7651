package catalog

import (
	"strings"
	"testing"
	"unicode"
)

const longestLine = 100 // characters

// lineRow is one row of a lines file.
type lineRow struct{ id, line string }

func lineRows(t *testing.T, name string) []lineRow {
	t.Helper()
	text, err := texts.ReadFile("lines/" + name + ".txt")
	if err != nil {
		t.Fatalf("%s has no lines: %v", name, err)
	}
	var rows []lineRow
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n"), "\n") {
		id, sentence, _ := strings.Cut(line, "\t")
		rows = append(rows, lineRow{id, sentence})
	}
	return rows
}

// TestEveryOperationHasItsLine checks for one line per operation, in the order of
// the facts, that adds information to the operation ID.
func TestEveryOperationHasItsLine(t *testing.T) {
	t.Parallel()
	for _, name := range New(Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			operations, rows := load(t, name).Operations, lineRows(t, name)
			if len(rows) != len(operations) {
				t.Fatalf("%d lines for %d operations", len(rows), len(operations))
			}
			seen := map[string]string{}
			for i, row := range rows {
				if row.id != operations[i].ID {
					t.Fatalf("row %d is of %q, the facts have %q there", i+1, row.id, operations[i].ID)
				}
				if reason := poor(row); reason != "" {
					t.Errorf("%s: %q %s", row.id, row.line, reason)
				}
				if other := seen[bare(row.line)]; other != "" {
					t.Errorf("%s and %s have the same line", other, row.id)
				}
				seen[bare(row.line)] = row.id
			}
		})
	}
}

// poor returns what is wrong with a line, or "".
func poor(row lineRow) string {
	switch {
	case row.line == "" || row.line != strings.TrimSpace(row.line):
		return "is empty, or has space around it"
	case strings.HasSuffix(row.line, "."):
		return "ends with a dot"
	case len([]rune(row.line)) > longestLine:
		return "is longer than 100 characters"
	case !unicode.IsUpper([]rune(row.line)[0]):
		return "does not begin with a capital letter"
	case bare(row.line) == bare(row.id) || len(strings.Fields(row.line)) < 3:
		return "says no more than the operation id"
	}
	return ""
}

// bare strips case, spaces, articles and punctuation.
func bare(text string) string {
	var b strings.Builder
	for _, word := range strings.Fields(strings.ToLower(text)) {
		if word != "a" && word != "an" && word != "the" {
			b.WriteString(word)
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, b.String())
}

func TestPoorLines(t *testing.T) {
	t.Parallel()
	for _, row := range []lineRow{
		{"getUser", "Get a user"},
		{"getUser", "Get the User"},
		{"getUser", "get user by its id"},
		{"getUser", "Get a user by id."},
		{"getUser", ""},
		{"getUser", "Get user "},
		{"getUser", "Fetch user"},
		{"getUser", "Get a user " + strings.Repeat("x", 100)},
	} {
		if poor(row) == "" {
			t.Errorf("%q passes for %s", row.line, row.id)
		}
	}
	if reason := poor(lineRow{"getUser", "Get one user of your organization by id"}); reason != "" {
		t.Errorf("a good line %s", reason)
	}
}

// TestLinesAreOurOwn compares the lines with the summaries of the package.
func TestLinesAreOurOwn(t *testing.T) {
	t.Parallel()
	documents := documentsFolder(t)
	for _, name := range New(Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := parseDocument(t, documents, name)
			for i, row := range lineRows(t, name) {
				summary := bare(api.Operations[i].Line) // the document's summary
				if len(strings.Fields(api.Operations[i].Line)) > 2 && strings.Contains(bare(row.line), summary) {
					t.Errorf("%s: %q repeats the summary %q", row.id, row.line, api.Operations[i].Line)
				}
			}
		})
	}
}
