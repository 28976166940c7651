package help

import (
	"fmt"
	"strings"
)

// roff is a man page being written, in the macros common to groff and mandoc: man(7)
// and the example blocks EX and EE.
type roff struct{ text strings.Builder }

// newRoff starts the page of a name such as epilot-auth-login: a command in section
// 1, a topic in section 7.
func newRoff(name, section, about string, edition Edition) *roff {
	r := &roff{}
	book := "Commands of epilot"
	if section == "7" {
		book = "Topics of epilot"
	}
	// Keep the date unchanged: man page readers must be able to parse it.
	fmt.Fprintf(&r.text, ".TH \"%s\" \"%s\" \"%s\" \"%s\" \"%s\"\n",
		escapeRoff(strings.ToUpper(name)), section, edition.Date, escapeRoff("epilot "+edition.Version), book)
	// Names and paths are copied from the page: no hyphenation, no justification.
	r.request("nh")
	r.request("ad", "l")
	r.macro("SH", "NAME")
	r.text.WriteString(plainRoff(name) + ` \- ` + plainRoff(about) + "\n")
	return r
}

// String returns the page, which ends with a single newline.
func (r *roff) String() string { return r.text.String() }

// macro writes a macro and its quoted arguments.
func (r *roff) macro(name string, args ...string) {
	fmt.Fprintf(&r.text, ".%s", name)
	for _, arg := range args {
		fmt.Fprintf(&r.text, ` "%s"`, strings.ReplaceAll(escapeRoff(arg), `"`, `\(dq`))
	}
	r.text.WriteString("\n")
}

// request writes a troff request, which does not support quotes.
func (r *roff) request(words ...string) {
	r.text.WriteString("." + strings.Join(words, " ") + "\n")
}

func (r *roff) section(title string)    { r.macro("SH", title) }
func (r *roff) subsection(title string) { r.macro("SS", title) }

// paragraphs writes paragraphs, the first directly below a heading.
func (r *roff) paragraphs(texts ...string) {
	for i, text := range texts {
		if i > 0 {
			r.macro("PP")
		}
		r.text.WriteString(plainRoff(text) + "\n")
	}
}

// item writes a name in bold, followed by a text, and lines below it.
func (r *roff) item(name, beside string, lines ...string) {
	r.macro("TP")
	r.text.WriteString(`\fB` + escapeRoff(name) + `\fR`)
	if beside != "" {
		r.text.WriteString(" " + escapeRoff(beside))
	}
	r.text.WriteString("\n")
	for i, line := range lines {
		if i > 0 {
			r.macro("br")
		}
		r.text.WriteString(plainRoff(line) + "\n")
	}
}

// entries writes a list of names and descriptions.
func (r *roff) entries(entries []Entry) {
	for _, e := range entries {
		r.item(strings.TrimSpace(e.Name), "", strings.TrimSpace(e.Line))
	}
}

// example writes unchanged lines of code.
func (r *roff) example(lines ...string) {
	r.macro("EX")
	for _, line := range lines {
		r.text.WriteString(plainRoff(line) + "\n")
	}
	r.macro("EE")
}

// seeAlso lists other pages: epilot(1), epilot-auth(1).
func (r *roff) seeAlso(names ...string) {
	r.section("SEE ALSO")
	for i, name := range names {
		comma := mark(i < len(names)-1, ",")
		r.text.WriteString(`.BR "` + escapeRoff(name) + `" (1)` + comma + "\n")
	}
}

// plainRoff prevents a line of text from being read as a request, as happens with a
// leading dot (groff(7), "Control characters"). A leading apostrophe would be one
// too, but is always escaped.
func plainRoff(text string) string {
	if strings.HasPrefix(text, ".") {
		return `\&` + escapeRoff(text)
	}
	return escapeRoff(text)
}

// escapeRoff escapes text so that its characters appear as typed and can be copied
// from the page into a shell (groff_char(7)).
func escapeRoff(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			out.WriteString(`\(rs`)
		case r == '-':
			out.WriteString(`\-`)
		case r == '\'':
			out.WriteString(`\(aq`)
		case r == '`':
			out.WriteString(`\(ga`)
		case r == '^':
			out.WriteString(`\(ha`)
		case r == '~':
			out.WriteString(`\(ti`)
		case r > '~':
			fmt.Fprintf(&out, `\[u%04X]`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
