package help

import (
	"fmt"
	"strings"
)

// roff is a man page in the making, in the macros that groff and mandoc share:
// man(7) with the example blocks EX and EE.
type roff struct{ text strings.Builder }

// newRoff begins the page of a name such as epilot-auth-login: a command in
// section 1, a topic in section 7.
func newRoff(name, section, about string, edition Edition) *roff {
	r := &roff{}
	book := "Commands of epilot"
	if section == "7" {
		book = "Topics of epilot"
	}
	// The date as it is: a reader of the page must be able to parse it.
	fmt.Fprintf(&r.text, ".TH \"%s\" \"%s\" \"%s\" \"%s\" \"%s\"\n",
		escapeRoff(strings.ToUpper(name)), section, edition.Date, escapeRoff("epilot "+edition.Version), book)
	// Names and paths are to be copied: neither cut at a hyphen nor spread.
	r.request("nh")
	r.request("ad", "l")
	r.macro("SH", "NAME")
	r.text.WriteString(plainRoff(name) + ` \- ` + plainRoff(about) + "\n")
	return r
}

// String is the page, which ends with one newline.
func (r *roff) String() string { return r.text.String() }

// macro writes a macro and its arguments, each of them quoted.
func (r *roff) macro(name string, args ...string) {
	fmt.Fprintf(&r.text, ".%s", name)
	for _, arg := range args {
		fmt.Fprintf(&r.text, ` "%s"`, strings.ReplaceAll(escapeRoff(arg), `"`, `\(dq`))
	}
	r.text.WriteString("\n")
}

// request writes a request of troff itself, which knows no quotes.
func (r *roff) request(words ...string) {
	r.text.WriteString("." + strings.Join(words, " ") + "\n")
}

func (r *roff) section(title string)    { r.macro("SH", title) }
func (r *roff) subsection(title string) { r.macro("SS", title) }

// paragraphs writes paragraphs, the first of them right below a heading.
func (r *roff) paragraphs(texts ...string) {
	for i, text := range texts {
		if i > 0 {
			r.macro("PP")
		}
		r.text.WriteString(plainRoff(text) + "\n")
	}
}

// item writes a name in bold, words beside it, and below it lines.
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

// entries writes names with a line about each, as a list.
func (r *roff) entries(entries []Entry) {
	for _, e := range entries {
		r.item(strings.TrimSpace(e.Name), "", strings.TrimSpace(e.Line))
	}
}

// example writes lines of code as they are.
func (r *roff) example(lines ...string) {
	r.macro("EX")
	for _, line := range lines {
		r.text.WriteString(plainRoff(line) + "\n")
	}
	r.macro("EE")
}

// seeAlso names other pages: epilot(1), epilot-auth(1).
func (r *roff) seeAlso(names ...string) {
	r.section("SEE ALSO")
	for i, name := range names {
		comma := mark(i < len(names)-1, ",")
		r.text.WriteString(`.BR "` + escapeRoff(name) + `" (1)` + comma + "\n")
	}
}

// plainRoff is a line of text that can be no request: one that begins with a
// dot would be (groff(7), "Control characters"). So would an apostrophe, but
// that is always escaped.
func plainRoff(text string) string {
	if strings.HasPrefix(text, ".") {
		return `\&` + escapeRoff(text)
	}
	return escapeRoff(text)
}

// escapeRoff is a text whose characters are shown as they are typed, so that
// what is copied from the page works in a shell (groff_char(7)).
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
