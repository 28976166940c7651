package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Operation writes all there is to say about one operation. flags is the
// section of flags, which only the command line knows.
func (p *Page) Operation(api *operation.API, op *operation.Operation, flags []Entry) {
	d := describe(api, op, p.palette)
	p.title(d)
	p.Lines("USAGE", d.usage+" [flags]")
	p.parameters(d)
	p.body(d)
	p.List("FLAGS", flags)
	p.Lines("EXAMPLES", Examples(api, op)...)
	p.response(d.response)
}

func (p *Page) title(d *description) {
	p.line("%s %s", p.palette.Method(d.method), d.path)
	for _, text := range []string{d.line, d.more} {
		p.paragraph(text)
	}
	if d.deprecated {
		p.paragraph(p.palette.Error(deprecatedNote))
	}
	if d.public {
		p.paragraph(publicNote)
	}
	if len(d.servers) > 0 {
		p.paragraph("Server: " + strings.Join(d.servers, ", "))
	}
}

const (
	deprecatedNote = "Deprecated: this operation may be removed."
	publicNote     = "Public: needs no token, and is sent none."
)

func (p *Page) paragraph(text string) {
	if text != "" {
		p.line("")
		p.line("%s", text)
	}
}

func (p *Page) parameters(d *description) {
	if len(d.params) == 0 {
		return
	}
	head := parameterColumns()
	for i := range head {
		head[i] = strings.ToUpper(head[i])
	}
	p.heading("PARAMETERS")
	p.Table(append([][]string{head}, d.params...))
}

func (p *Page) body(d *description) {
	for _, body := range d.bodies {
		p.Lines("REQUEST BODY  "+body.mediaType+mark(body.required, ", required"), body.tree...)
	}
	if d.sampleBody != "" {
		p.Lines("SAMPLE BODY", strings.Split(d.sampleBody, "\n")...)
	}
}

func mark(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

func (p *Page) response(r *responseShape) {
	switch {
	case r == nil:
	case r.sample != "":
		p.Lines("SAMPLE RESPONSE  "+r.status, strings.Split(r.sample, "\n")...)
	default:
		p.Lines("RESPONSE  "+r.status, r.answer())
	}
}
