package help

import (
	"cmp"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/term"
)

// Edition is the release that a man page belongs to.
type Edition struct {
	Version string // "1.2.3"
	Date    string // release date, as 2006-01-02
}

// Command is a command other than an operation, as described in its man page.
type Command struct {
	Path  string    // "epilot auth login"
	Usage []string  // "epilot auth login [flags]"
	Line  string    // one-line summary
	Notes []Note    // further paragraphs
	Below []Command // subcommands
	Flags []Entry   // local flags, without the global ones
	Calls []string  // example command lines
	Brief []string  // its most common flags, for the screen, if it has all call flags
}

// Note is a titled paragraph.
type Note struct {
	Title string // in upper case
	Lines []string
}

// Man generates the man pages of a program.
type Man struct {
	Edition Edition
	Global  []Entry // the global flags
	Call    []Entry // the flags of API calls only
	About   func(*openapi.API) string
}

// about returns what an API is for, or else its title.
func (m Man) about(api *openapi.API) string {
	if m.About == nil {
		return clean(api.Title)
	}
	return clean(cmp.Or(m.About(api), api.Title))
}

// Command returns the man page of a command, in man macros, and its name: the path
// joined by dashes.
func (m Man) Command(c Command) (name, page string) {
	name = manName(c.Path)
	r := m.begin(name, c.Usage, c.Line)
	r.notes(c.Notes)
	r.below("COMMANDS", c.Below)
	r.flags("OPTIONS", c.Flags)
	r.flags("GLOBAL OPTIONS", m.Global)
	if len(c.Calls) > 0 {
		r.section("EXAMPLES")
		r.example(c.Calls...)
	}
	r.seeAlso(relatives(c)...)
	return name, r.String()
}

// begin writes the start of a page.
func (m Man) begin(name string, usage []string, line string) *roff {
	r := newRoff(name, "1", line, m.Edition)
	r.section("SYNOPSIS")
	r.example(usage...)
	r.section("DESCRIPTION")
	r.paragraphs(line + ".")
	return r
}

func manName(words string) string { return strings.ReplaceAll(words, " ", "-") }

// relatives returns the pages of the program, the parent command and the
// subcommands.
func relatives(c Command) []string {
	names := []string{"epilot"}
	if at := strings.LastIndex(c.Path, " "); c.Path[:at] != "epilot" {
		names = append(names, manName(c.Path[:at]))
	}
	return append(names, manNames(c.Below)...)
}

func manNames(commands []Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, manName(c.Path))
	}
	return names
}

func (r *roff) notes(notes []Note) {
	for _, note := range notes {
		r.section(note.Title)
		r.paragraphs(strings.Join(note.Lines, " "))
	}
}

func (r *roff) below(title string, commands []Command) {
	if len(commands) == 0 {
		return
	}
	r.section(title)
	for _, c := range commands {
		r.item(c.Path, "", c.Line)
	}
}

func (r *roff) flags(title string, flags []Entry) {
	if len(flags) > 0 {
		r.section(title)
		r.entries(flags)
	}
}

// Program returns epilot(1): the program with its commands and its APIs.
func (m Man) Program(c Command, apis []*openapi.API) (name, page string) {
	r := m.begin("epilot", c.Usage, c.Line)
	r.notes(c.Notes)
	r.below("COMMANDS", c.Below)
	r.section("APIS")
	r.paragraphs("Each has its own page, such as " + manName("epilot "+clean(apis[0].Name)) + "(1).")
	for _, api := range apis {
		r.item(clean(api.Name), "", m.about(api))
	}
	r.section("TOPICS")
	for _, topic := range Topics() {
		r.item(manName("epilot "+topic.Name)+"(7)", "", unspanned(topic.Line))
	}
	r.flags("OPTIONS", c.Flags)
	r.flags("CALL OPTIONS", m.Call)
	r.flags("GLOBAL OPTIONS", m.Global)
	r.section("EXIT STATUS")
	r.entries(exitStatuses())
	r.seeAlso(manNames(c.Below)...)
	return "epilot", r.String()
}

// exitStatuses lists the exit statuses of package failure.
func exitStatuses() []Entry {
	return []Entry{
		{"0", "Success."},
		{"1", "The API returned 400 or more; its body is on stdout."},
		{"2", "The command line or the input is invalid; nothing was sent."},
		{"3", "The server cannot be reached, or its response is invalid or incomplete."},
		{"4", "There is no usable token, or it must not be sent to that server."},
		{"5", "A local file cannot be read or written."},
		{"6", "The JSONata expression is invalid."},
		{"130", "Interrupted, or cancelled at a prompt."},
		{"143", "Terminated."},
	}
}

// API returns the man page of an API: its operations and how to call them. below are
// the API's commands that are not operations.
func (m Man) API(api *openapi.API, below []Command) (name, page string) {
	words := "epilot " + clean(api.Name)
	name = manName(words)
	r := m.begin(name, []string{
		words + " <operationId> [path parameters…] [flags]",
		words + " <operationId> --help",
	}, m.about(api))
	r.macro("PP")
	r.paragraphs(manServers(api), "The help of an operation describes its parameters, request body and response.")
	r.section("EXAMPLES")
	r.example(quickStart(api)...)
	r.below("COMMANDS", below)
	r.section("OPERATIONS")
	r.operations(api)
	r.flags("CALL OPTIONS", m.Call)
	r.flags("GLOBAL OPTIONS", m.Global)
	r.seeAlso(append([]string{"epilot"}, manNames(below)...)...)
	return name, r.String()
}

func manServers(api *openapi.API) string {
	if len(api.Servers) == 0 {
		return "No server is known: set one with --server."
	}
	var servers []string
	for _, server := range api.Servers {
		servers = append(servers, clean(server))
	}
	return "It is served at " + strings.Join(servers, " and ") + "."
}

// operations lists the operations by tag, each with the arguments of its call.
func (r *roff) operations(api *openapi.API) {
	for _, tag := range firstTags(api) {
		r.subsection(clean(tag))
		for _, op := range under(api, tag) {
			r.item(clean(op.ID), strings.Join(pathUsage(op.Load()), " "), manOperation(api, op)...)
			r.example(manExample(api, op)...)
		}
	}
}

// manOperation returns an operation's summary, request line and parameters.
func manOperation(api *openapi.API, op *openapi.Operation) []string {
	d := describe(api, op)
	var lines []string
	if d.line != "" {
		lines = append(lines, d.line)
	}
	lines = append(lines, d.method+" "+d.path+mark(d.deprecated, " (deprecated)"))
	if op.DestroysMany {
		lines = append(lines, destroysNote)
	}
	for _, row := range d.params {
		lines = append(lines, row.names()+": "+row.text())
	}
	return lines
}

// manExample returns a call of an operation, with line breaks that a shell accepts.
func manExample(api *openapi.API, op *openapi.Operation) []string {
	p := NewPage(term.NewPalette(false), manWidth)
	p.command(callOf(api, op))
	return strings.Split(strings.TrimSuffix(p.buffer.String(), "\n"), "\n")
}

// manWidth leaves room for the indentation on a page of 80 columns.
const manWidth = 68

// Topic returns the man page of a help topic, in section 7, from its Markdown: a
// heading with the topic's summary, then headings, paragraphs, lists, tables and
// fences.
func (m Man) Topic(topic, text string) (name, page string) {
	name = manName("epilot " + topic)
	blocks := strings.Split(joinFences(text), "\n\n")
	r := newRoff(name, "7", unspanned(strings.TrimPrefix(blocks[0], "# ")), m.Edition)
	r.section("DESCRIPTION")
	headed := true
	for _, block := range blocks[1:] {
		block = strings.Trim(block, "\n")
		title, isTitle := strings.CutPrefix(block, "## ")
		if isTitle {
			r.section(sectionTitle(unspanned(title)))
		} else {
			r.topicBlock(block, headed)
		}
		headed = isTitle
	}
	r.seeAlso("epilot")
	return name, r.String()
}

// sectionTitle returns a heading in upper case, except one that names a path.
func sectionTitle(title string) string {
	if strings.Contains(title, "/") {
		return title
	}
	return strings.ToUpper(title)
}

// topicBlock writes a block; headed means directly below a heading.
func (r *roff) topicBlock(block string, headed bool) {
	lines := strings.Split(block, "\n")
	switch {
	case strings.HasPrefix(block, "```"):
		r.apart(headed)
		r.example(blankLines(lines[1 : len(lines)-1])...)
	case strings.HasPrefix(block, "|"):
		for _, line := range lines[2:] {
			row := cells(line)
			r.item(unspanned(row[0]), unspanned(strings.Join(row[1:len(row)-1], " ")), unspanned(row[len(row)-1]))
		}
	case strings.HasPrefix(block, "- "):
		for _, line := range lines {
			r.macro("IP", "\u2022", "2")
			r.spans(strings.TrimPrefix(line, "- "))
		}
	default:
		r.apart(headed)
		r.spans(strings.Join(lines, " "))
	}
}

// apart separates a block from the previous one; a heading already does.
func (r *roff) apart(headed bool) {
	if !headed {
		r.macro("PP")
	}
}

// blankLines empties the lines of a fence that contain a single space.
func blankLines(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

// spans writes a line of text, with code spans in bold.
func (r *roff) spans(text string) {
	for i, part := range strings.Split(text, "`") {
		switch {
		case part == "":
		case i%2 == 1:
			r.text.WriteString(`\fB` + escapeRoff(part) + `\fR`)
		case i == 0:
			r.text.WriteString(plainRoff(part))
		default:
			r.text.WriteString(escapeRoff(part))
		}
	}
	r.text.WriteString("\n")
}
