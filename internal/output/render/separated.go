package render

import (
	"cmp"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// writeSeparated writes CSV or TSV. With explicit columns it buffers one item at a
// time.
func writeSeparated(w io.Writer, r io.Reader, l Layout) error {
	out := newSink(w)
	p := &separated{out: &out, layout: l, grid: grid{columns: l.Columns, explicit: true}}
	err := p.write(r)
	if failed := out.flush(); failed != nil {
		return failed
	}
	return err
}

type separated struct {
	out    *sink
	layout Layout
	grid   grid
}

func (p *separated) write(r io.Reader) error {
	if len(p.layout.Columns) > 0 {
		p.line(p.grid.header())
		err := eachItem(r, p.layout, p.out.flush, p.item)
		return cmp.Or(err, p.grid.missing(p.layout.Missing))
	}
	return p.choose(r)
}

// choose writes the items only after reading all of them because the last one may
// add a column.
func (p *separated) choose(r io.Reader) error {
	var chosen chooser
	held := &spool{}
	defer held.close()
	err := eachItem(r, p.layout, nil, func(item jsontext.Value) error {
		row := flatten(item)
		if err := chosen.add(row, false); err != nil {
			return err
		}
		return held.add(item, row)
	})
	p.grid = chosen.grid()
	if len(p.grid.columns) > 0 {
		p.line(p.grid.header())
	}
	write := func(row []cell) error {
		p.cells(p.grid.order(row))
		return p.out.err
	}
	if failed := held.each(write); failed != nil {
		return failed
	}
	return err
}

func (p *separated) item(item jsontext.Value) error {
	p.cells(p.grid.row(item))
	return p.out.err
}

func (p *separated) cells(row []cell) {
	texts := make([]string, len(row))
	for i, c := range row {
		texts[i] = c.text
		if c.kind == '"' {
			texts[i] = p.harmless(c.text)
		}
	}
	p.join(texts)
}

// line writes column names, which may contain untrusted text from the API.
func (p *separated) line(names []string) {
	for i, name := range names {
		names[i] = p.harmless(name)
	}
	p.join(names)
}

func (p *separated) join(fields []string) {
	separator, encode := ",", quoteField
	if p.layout.Format == TSV {
		separator, encode = "\t", escapeField
	}
	for i, field := range fields {
		fields[i] = encode(field)
	}
	line := strings.Join(fields, separator)
	if line == "" {
		line = `""` // an empty line would not be a row
	}
	p.out.add([]byte(shown(line, p.layout.Style) + "\n"))
}

// quoteField quotes a field as in RFC 4180.
func quoteField(text string) string {
	if !strings.ContainsAny(text, ",;\"\r\n\t") && strings.TrimSpace(text) == text {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

func escapeField(text string) string {
	if !strings.ContainsAny(text, "\\\t\n\r") {
		return text
	}
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`).Replace(text)
}

func (p *separated) harmless(text string) string {
	if p.layout.Formulas {
		return text
	}
	return harmless(text, p.layout.Format)
}

// harmless prefixes a quote to text that a spreadsheet would run as a formula
// (OWASP, "CSV Injection"). Signed numbers are safe.
func harmless(text string, format Format) string {
	start := text
	if format == TSV {
		start = strings.TrimLeft(text, `"`) // spreadsheets treat it as a quoted field
	}
	if start == "" || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", firstRune(start)) || isSigned(text) {
		return text
	}
	return "'" + text
}

func firstRune(text string) rune {
	for _, r := range text {
		return r
	}
	return 0
}

func isSigned(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return len(text)-len(digits) == 1 && digits != "" && strings.Trim(digits, "0123456789") == ""
}
