package manual

import "strings"

// Edition is what a man page says of the program that it belongs to.
type Edition struct {
	Version string // "1.2.3"
	Date    string // of the release, as 2006-01-02
}

// Command is a command that is no operation, as its man page describes it.
type Command struct {
	Words string    // "epilot auth login"
	Usage []string  // "epilot auth login [flags]"
	Line  string    // what it does, in one line
	Notes []Note    // what else there is to say
	Below []Command // its subcommands
	Flags []Entry   // its own, without those of every command
	Calls []string  // examples of it, whole lines
}

// Note is a titled paragraph.
type Note struct {
	Title string // in capitals
	Lines []string
}

// Man are the man pages of one program.
type Man struct {
	Edition Edition
	Global  []Entry // the flags of every command
	Call    []Entry // those that only an API call has
}

// Command is the man page of one command, in the man macros, and its name: the
// words joined by dashes.
func (m Man) Command(c Command) (name, page string) {
	name = manName(c.Words)
	r := m.begin(name, c.Usage, c.Line)
	r.notes(c.Notes)
	r.below("COMMANDS", c.Below)
	r.flags("OPTIONS", c.Flags)
	r.flags("OPTIONS OF EVERY COMMAND", m.Global)
	if len(c.Calls) > 0 {
		r.section("EXAMPLES")
		r.example(c.Calls...)
	}
	r.seeAlso(relatives(c)...)
	return name, r.String()
}

// begin writes what every page begins with.
func (m Man) begin(name string, usage []string, line string) *roff {
	r := newRoff(name, "1", line, m.Edition)
	r.section("SYNOPSIS")
	r.example(usage...)
	r.section("DESCRIPTION")
	r.paragraphs(line + ".")
	return r
}

func manName(words string) string { return strings.ReplaceAll(words, " ", "-") }

// relatives are the program's page, that of the command above and those below.
func relatives(c Command) []string {
	names := []string{"epilot"}
	if at := strings.LastIndex(c.Words, " "); c.Words[:at] != "epilot" {
		names = append(names, manName(c.Words[:at]))
	}
	return append(names, manNames(c.Below)...)
}

func manNames(commands []Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, manName(c.Words))
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
		r.item(c.Words, "", c.Line)
	}
}

func (r *roff) flags(title string, flags []Entry) {
	if len(flags) > 0 {
		r.section(title)
		r.entries(flags)
	}
}
