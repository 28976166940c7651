package manual

import "strings"

// wideCall is how many columns a command line may have before each of its
// arguments stands on a line of its own.
const wideCall = 80

func (m *markdown) operation(d *description, id string) {
	m.block("## %s", plain(id))
	m.block("%s", plain(d.line))
	m.block("%s", code(d.method+" "+d.path))
	if d.deprecated {
		m.block("**%s**", deprecatedNote)
	}
	if d.public {
		m.block(publicNote)
	}
	for _, server := range d.servers {
		m.block("Server: %s", code(server))
	}
	m.parameters(d.params)
	for _, body := range d.bodies {
		m.block("**Request body** %s%s", code(body.mediaType), mark(body.required, ", required"))
		m.fence("text", body.tree...)
	}
	for _, e := range d.examples {
		m.example(e)
	}
	m.response(d.response)
}

func (m *markdown) parameters(params [][]string) {
	if len(params) == 0 {
		return
	}
	rows := [][]string{parameterColumns()}
	for _, p := range params {
		rows = append(rows, []string{codeCell(p[0]), p[1], codeCell(p[2]), p[3], codeCell(p[4]), plain(p[5])})
	}
	m.block("**Parameters**")
	m.table(rows)
}

func (m *markdown) example(e example) {
	if e.about == "" {
		m.block("**Sample call**")
	} else {
		m.block("%s:", e.about)
	}
	line := e.join(" ")
	if len(line) > wideCall {
		line = e.join(" \\\n  ")
	}
	m.fence("sh", line)
}

func (m *markdown) response(r *responseShape) {
	switch {
	case r == nil:
	case r.sample == "":
		m.block("**Response** %s, %s", code(r.status), plain(r.answer()))
	default:
		m.block("<details>\n<summary>Sample response (%s)</summary>", plain(r.status))
		m.fence("json", strings.Split(r.sample, "\n")...)
		m.block("</details>")
	}
}
