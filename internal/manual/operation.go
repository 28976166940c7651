package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Operation writes all there is to say about one operation. flags is the
// section of flags, which only the command line knows.
func (p *Page) Operation(api *operation.API, op *operation.Operation, flags []Entry) {
	p.title(op)
	p.Lines("USAGE", usage(api, op)+" [flags]")
	p.parameters(op)
	p.body(op)
	p.List("FLAGS", flags)
	p.Lines("EXAMPLES", Examples(api, op)...)
	p.response(op)
}

func (p *Page) title(op *operation.Operation) {
	p.line("%s %s", p.palette.Method(op.Method), clean(op.Path))
	if op.Line != "" {
		p.line("")
		p.line("%s", clean(op.Line))
	}
	if op.Description != "" && clean(op.Description) != clean(op.Line) {
		p.line("")
		p.line("%s", strings.TrimSpace(safe(op.Description)))
	}
	if op.Deprecated {
		p.line("")
		p.line("%s", p.palette.Error("Deprecated: this operation may be removed."))
	}
	if op.Security == operation.Public {
		p.line("")
		p.line("Public: needs no token, and is sent none.")
	}
}

func usage(api *operation.API, op *operation.Operation) string {
	words := []string{"epilot", api.Name, op.ID}
	for _, param := range op.PathParams() {
		words = append(words, "<"+clean(param.Name)+">")
	}
	return strings.Join(words, " ")
}

func (p *Page) parameters(op *operation.Operation) {
	if len(op.Params) == 0 {
		return
	}
	rows := [][]string{{"NAME", "IN", "TYPE", "REQUIRED", "DEFAULT", "DESCRIPTION"}}
	for _, param := range op.Params {
		rows = append(rows, []string{
			clean(param.Name), param.In, clean(schema.TypeName(param.Schema)),
			required(param.Required), clean(defaultOf(param.Schema)), about(param),
		})
	}
	p.heading("PARAMETERS")
	p.table(rows)
}

func required(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func defaultOf(s *operation.Schema) string {
	if target := s.Target(); target != nil {
		return target.Default
	}
	return ""
}

func about(param *operation.Param) string {
	text := clean(param.Description)
	if param.Deprecated {
		text = strings.TrimSpace("deprecated " + text)
	}
	return text
}

// table writes rows with their columns aligned; a column that is empty in
// every row but the first is left out.
func (p *Page) table(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for i, row := range rows {
		for column, cell := range row {
			if i > 0 && cell != "" || widths[column] > 0 {
				widths[column] = max(widths[column], len([]rune(cell)), len(rows[0][column]))
			}
		}
	}
	for _, row := range rows {
		p.line("  %s", strings.TrimRight(aligned(row, widths), " "))
	}
}

func aligned(row []string, widths []int) string {
	var line strings.Builder
	for column, cell := range row {
		if widths[column] == 0 {
			continue
		}
		line.WriteString(cell)
		line.WriteString(strings.Repeat(" ", max(0, widths[column]-len([]rune(cell)))+2))
	}
	return line.String()
}

func (p *Page) body(op *operation.Operation) {
	if op.Body == nil {
		return
	}
	for _, content := range op.Body.Contents {
		p.heading("REQUEST BODY  " + clean(content.MediaType) + mark(op.Body.Required, ", required"))
		p.tree(content.Schema)
	}
	if sample := SampleBody(op); sample != "" {
		p.Lines("SAMPLE BODY", strings.Split(indented(sample), "\n")...)
	}
}

func mark(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

func (p *Page) response(op *operation.Operation) {
	success := op.Success()
	if success == nil {
		return
	}
	if sample := sampleOf(success.Contents); sample != "" {
		p.Lines("SAMPLE RESPONSE  "+success.Status, strings.Split(indented(sample), "\n")...)
	}
}
