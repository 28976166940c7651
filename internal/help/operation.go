package help

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// The details that --help=DETAIL selects for an operation.
const (
	Brief    = "brief"    // usage, required input, and an example
	Full     = "full"     // nothing folded
	body     = "body"     // only the request body: "body" or "body.grants"
	response = "response" // only the response
)

// The number of outline lines above which parts of an outline are folded.
const (
	bodyLines     = 30
	responseLines = 12
	moreLines     = 12 // of the document's text
)

// Operation writes the help of an operation; detail is the value of --help=DETAIL,
// "" for the default page.
func (p *Page) Operation(api *openapi.API, op *openapi.Operation, detail string) error {
	d := describe(api, op)
	part, path, _ := strings.Cut(detail, ".")
	switch part {
	case Brief:
		p.brief(d)
		return nil
	case body, response:
		return p.part(d, part, path)
	case "", Full:
	default:
		return failure.New(failure.Usage, "invalid --help=%s", detail).
			Hintf("use --help=brief, --help=full, --help=body, --help=body.<property> or --help=response")
	}
	budget := func(lines int) int {
		if detail == Full {
			return 0
		}
		return lines
	}
	p.title(d, detail == Full)
	p.usage(d)
	p.examples(d)
	p.parameters(d.params)
	p.body(d, budget(bodyLines))
	p.response(d, budget(responseLines))
	p.callFlags()
	p.learnMore(api)
	return nil
}

func (p *Page) title(d *description, full bool) {
	p.text(d.line, 0)
	p.text(p.palette.Method(d.method)+" "+d.path, 0)
	if d.more != "" {
		p.line("")
		lines := strings.Split(d.more, "\n")
		if len(lines) > moreLines && !full {
			lines = append(lines[:moreLines], "…")
		}
		for _, line := range lines {
			p.text(line, 0)
		}
	}
	for _, note := range slices.Concat(
		[]string{mark(d.deprecated, p.palette.Error(deprecatedNote))}, d.notes,
		[]string{mark(len(d.servers) > 0, "Server: "+strings.Join(d.servers, ", "))},
	) {
		if note != "" {
			p.line("")
			p.text(note, 0)
		}
	}
}

const (
	deprecatedNote = "Deprecated: this operation may be removed."
	publicNote     = "Public: needs no token, and is sent none."
	destroysNote   = "Destroys many objects or an account: a script needs --yes."
)

func (p *Page) usage(d *description) {
	p.heading("USAGE")
	p.text(d.usage+" [flags]", 2)
}

func (p *Page) examples(d *description) {
	p.heading("EXAMPLES")
	p.command(d.call)
	if d.filter != "" && d.call.body == "" {
		p.command(d.call, d.filtered())
	}
}

func (p *Page) parameters(params []paramRow) {
	if len(params) == 0 {
		return
	}
	p.heading("PARAMETERS")
	var names []string
	for _, row := range params {
		names = append(names, row.names())
	}
	column := columnOf(names)
	for _, row := range params {
		p.item(row.names(), row.text(), 2, column)
	}
}

// names returns the parameter's name for -p, and its flag.
func (r paramRow) names() string { return r.name + mark(r.flag != "", ", "+r.flag) }

// text returns a text such as "string, required · Schema slug".
func (r paramRow) text() string {
	text := r.kind + mark(r.in == "header" || r.in == "cookie", ", "+r.in) + mark(r.required, ", required")
	if r.value != "" {
		text += ", default " + r.value
	}
	if r.about == "" {
		return text
	}
	return text + " · " + r.about
}

func (p *Page) body(d *description, budget int) {
	for _, c := range d.bodies {
		p.heading("REQUEST BODY")
		p.text(c.mediaType+mark(d.bodyRequired, ", required")+mark(c.plainType() != "", ", "+c.plainType()), 2)
		p.contents(c.outline, body, budget, 4)
	}
}

// contents writes the outline of a body and how to unfold it.
func (p *Page) contents(n *node, name string, budget, indent int) {
	n.unfold(budget)
	p.outline(n, indent)
	path := n.folded()
	switch {
	case n.omitted > 0 && n.nodes != nil:
		p.text("… "+strconv.Itoa(n.omitted)+" more"+": --help="+name, indent)
	case path != "" && budget > 0:
		p.text("… is collapsed: expand it with --help=full or --help="+name+path, indent)
	}
}

func (p *Page) response(d *description, budget int) {
	if d.success == nil {
		return
	}
	p.heading("RESPONSE")
	status := clean(d.success.Status)
	contents := contentsOf(d.success.Contents, false)
	if len(contents) == 0 {
		p.text(status+"  "+withoutSample(d.success), 2)
	}
	for i, c := range contents {
		p.text(status+"  "+c.mediaType+mark(c.plainType() != "", ", "+c.plainType()), 2)
		if i > 0 && budget > 0 {
			continue // the same body in another format
		}
		p.contents(flat(c.outline, budget), response, budget, 4)
	}
	if len(d.others) > 0 {
		p.text(strings.Join(d.others, ", ")+"  error", 2)
	}
}

// flat unfolds only the first level if there is a budget.
func flat(n *node, budget int) *node {
	if budget > 0 {
		for _, c := range n.children() {
			if !strings.HasPrefix(c.name, "- ") {
				c.nodes, c.grown, c.isFlat = nil, true, len(c.children()) > 0
			}
		}
	}
	return n
}

// callFlags lists the most common call flags.
func (p *Page) callFlags() {
	p.heading("FLAGS")
	p.text("Request: -p key=value, -d JSON, -f a.b=text, --skeleton, --guided", 2)
	p.text("Result: -o table, --jsonata EXPR, --all, --out-file FILE, --json", 2)
	p.text(`Try: --server mock, --dry-run, --curl; all: "epilot help flags"`, 2)
}

func (p *Page) learnMore(api *openapi.API) {
	p.heading("LEARN MORE")
	if api.Source == "" {
		p.text(APIPage(clean(api.Name)), 2)
		p.text(`"epilot definitions update" adds epilot's descriptions`, 2)
		return
	}
	p.text(`"epilot `+clean(api.Name)+`" lists the operations of the API`, 2)
}

// Documentation is the URL of epilot's API documentation.
const Documentation = "https://docs.epilot.io/api"

// APIPage returns the URL of an API's documentation.
func APIPage(api string) string { return Documentation + "/" + url.PathEscape(api) }

// OperationPage returns the URL of an operation's documentation, a section of its
// API's page.
func OperationPage(api string, op *openapi.Operation) string {
	tag := strings.ReplaceAll(firstTag(op), " ", "-") // as in the page's anchors
	return APIPage(api) + "#tag/" + url.PathEscape(tag) + "/operation/" + url.PathEscape(op.ID)
}

// brief writes an operation's synopsis, its required input and an example.
func (p *Page) brief(d *description) {
	p.text(d.line, 0)
	p.text(p.palette.Method(d.method)+" "+d.path, 0)
	p.usage(d)
	var required []string
	for _, row := range d.params {
		if row.required {
			required = append(required, row.name+" "+row.kind)
		}
	}
	for _, c := range d.bodies[:min(1, len(d.bodies))] {
		names := c.outline.required()
		if len(names) > 0 || d.bodyRequired {
			required = append(required, strings.TrimSpace("body "+cut(strings.Join(names, ", "))))
		}
	}
	if len(required) > 0 {
		p.heading("REQUIRED")
		p.text(cut(strings.Join(required, "; ")), 2)
	}
	p.heading("EXAMPLE")
	if len(d.call.line()) > longBrief {
		d.call.words[len(d.call.words)-1] = "-d @body.json"
		d.call.body = ""
		p.line("  %s --skeleton > body.json", d.call.command)
	}
	p.command(d.call)
}

// longBrief is the maximum size in bytes of an example on a brief page.
const longBrief = 400

// cut shortens the text of a brief page.
func cut(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
}

// part writes the part of the body or the response at path, unfolded.
func (p *Page) part(d *description, name, path string) error {
	contents := d.bodies
	if name == response && d.success != nil {
		contents = contentsOf(d.success.Contents, false)
	}
	if len(contents) == 0 {
		return failure.New(failure.Usage, "%s has no %s", d.call.command, name).Hintf("\"%s --help\" shows its parameters, body and response", d.call.command)
	}
	at := contents[0].outline.find(path)
	if at == nil {
		return failure.New(failure.Usage, "unknown property %q in the %s of %s", path, name, d.call.command).
			Hintf("\"%s --help=%s\" shows all properties", d.call.command, name)
	}
	p.line("%s", p.palette.Bold(strings.TrimSuffix(name+"."+path, ".")))
	if text := strings.TrimPrefix(at.facts+mark(at.about != "", " · "+at.about), " · "); text != "" {
		p.text(text, 2)
	}
	p.contents(at, name, 0, 2)
	return nil
}
