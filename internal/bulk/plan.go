package bulk

import (
	"context"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/query"
)

// Plan maps a row to a call. It is safe for concurrent use.
type Plan struct {
	Operation *openapi.Operation
	Params    params.Input  // from the command line; {name} in values is replaced from the row
	Data      []byte        // the JSON of -d, nil if not set; {name} in strings is replaced
	Fields    []string      // -f as typed; {name} in values is replaced
	Program   query.Program // maps a row to {"params":{…},"body":…}; nil maps columns by name
	EmptyNull bool          // an empty cell becomes null instead of being omitted

	// Body completes the options for reading a body. contentType is the Content-Type
	// header of the command line, or "".
	Body func(contentType string) body.Input

	once     sync.Once
	compiled compiled
	problem  error

	mu    sync.Mutex
	known map[string]bool // which names are parameters
}

// compiled is the part of the command line that is the same for every row.
type compiled struct {
	positional, named, query, headers []template
	fields                            []lineField
	base                              *jsonx.Node
	used                              map[string]bool // the columns used by {name}
	given                             map[*openapi.Param]bool
}

// lineField is a -f of the command line.
type lineField struct {
	typed  string
	name   string
	isJSON bool     // name:=value
	text   template // template of the value; nil if the field is the same for all rows
	isFile bool
	json   *jsonx.Node // JSON value; nil for {name} alone
}

// Check validates the command line. Errors are of kind Usage.
func (p *Plan) Check() error {
	p.once.Do(func() { p.problem = p.compile() })
	return p.problem
}

func (p *Plan) compile() error {
	c := &p.compiled
	c.used, c.given = map[string]bool{}, map[*openapi.Param]bool{}
	p.known = map[string]bool{}
	all := func(texts []string) []template {
		templates := make([]template, len(texts))
		for i, text := range texts {
			templates[i] = parseTemplate(text)
			templates[i].uses(c.used)
		}
		return templates
	}
	c.positional, c.named = all(p.Params.Positional), all(p.Params.Named)
	c.query, c.headers = all(p.Params.Query), all(p.Params.Headers)
	for i, param := range p.Operation.PathParams() {
		if i < len(p.Params.Positional) {
			c.given[param] = true
		}
	}
	for _, typed := range p.Params.Named {
		name, _, _ := strings.Cut(typed, "=")
		if param, _ := params.Find(p.Operation, name); param != nil {
			c.given[param] = true
		}
	}
	if p.Data != nil {
		base, err := jsonx.ParseNode(p.Data)
		if err != nil {
			return failure.New(failure.Usage, "-d is not JSON: %w", err)
		}
		c.base = base
		usedIn(base, c.used)
	}
	for _, typed := range p.Fields {
		field, err := parseField(typed)
		if err != nil {
			return err
		}
		field.text.uses(c.used)
		usedIn(field.json, c.used)
		c.fields = append(c.fields, field)
	}
	return nil
}

// parseField parses a -f. A field without {name} follows the usual rules of -f.
func parseField(typed string) (lineField, error) {
	name, value, _ := strings.Cut(typed, "=")
	field := lineField{typed: typed, text: parseTemplate(value)}
	if field.text.isFixed() {
		field.text = nil
		return field, nil
	}
	field.name, field.isJSON = strings.CutSuffix(name, ":")
	field.isFile = strings.HasPrefix(value, "@")
	if field.isFile || !field.isJSON || field.text.only() != "" {
		return field, nil
	}
	var err error
	if field.json, err = jsonx.ParseNode([]byte(value)); err != nil {
		return field, failure.New(failure.Usage, "-f %s: the value is not JSON: %w", typed, err).
			Hintf("in JSON {name} stands in a string; a value that is {name} alone is -f %s:={name}", field.name)
	}
	return field, nil
}

// ReadBody reads the body of a row for the Content-Type that was typed as a header, or
// "".
type ReadBody func(ctx context.Context, contentType string) (*body.Body, error)

// Input returns the input of a row's call. An error concerns the row and is of kind
// Usage or Query.
func (p *Plan) Input(ctx context.Context, row *Row) (in client.Input, read ReadBody, err error) {
	if err := p.Check(); err != nil {
		return in, nil, err
	}
	in.Params = p.Params
	if err := p.fillParams(&in.Params, row); err != nil {
		return in, nil, err
	}
	var data *string
	var values []body.Value
	if p.Program == nil {
		values = p.columns(&in.Params, row)
		data, err = p.base(row)
	} else {
		data, err = p.evaluate(ctx, &in.Params, row)
	}
	if err != nil {
		return in, nil, err
	}
	fields, values, err := p.fields(row, values)
	if err != nil {
		return in, nil, err
	}
	return in, func(ctx context.Context, contentType string) (*body.Body, error) {
		from := p.Body(contentType)
		from.Data, from.Fields, from.Values, from.Stdin = data, fields, values, nil
		if p.Program != nil {
			from.DataName = "--row"
		}
		return body.Read(ctx, p.Operation, from)
	}, nil
}

// fillParams replaces {name} in the parameters of the command line.
func (p *Plan) fillParams(in *params.Input, row *Row) error {
	for _, part := range []struct {
		to   *[]string
		from []template
	}{
		{&in.Positional, p.compiled.positional},
		{&in.Named, p.compiled.named},
		{&in.Query, p.compiled.query},
		{&in.Headers, p.compiled.headers},
	} {
		*part.to = make([]string, len(part.from), len(part.from)+len(row.Cells))
		for i, t := range part.from {
			text, err := t.fill(row)
			if err != nil {
				return err
			}
			(*part.to)[i] = text
		}
	}
	return nil
}

// columns adds the columns that are parameters to the input and returns the others
// as values of the body.
func (p *Plan) columns(in *params.Input, row *Row) []body.Value {
	var values []body.Value
	for i := range row.Cells {
		cell := &row.Cells[i]
		param, given := p.parameter(cell.Name)
		switch {
		case given || p.compiled.used[cell.Name]:
		case param:
			in.Named = append(in.Named, named(cell.Name, cell)...)
		case !cell.IsEmpty():
			values = append(values, body.Value{Name: cell.Name, Text: cell.Text, JSON: cell.JSON, From: cell.position()})
		case p.EmptyNull:
			values = append(values, body.Value{Name: cell.Name, JSON: &jsonx.Node{Text: "null"}, From: cell.position()})
		}
	}
	return values
}

func (c *Cell) position() string {
	if c.JSON != nil {
		return "member " + c.Name
	}
	return "column " + c.Name
}

// parameter reports whether a column has the name of a parameter, and whether the
// command line sets that parameter.
func (p *Plan) parameter(name string) (is, given bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	is, found := p.known[name]
	if found && !is {
		return false, false
	}
	param, _ := params.Find(p.Operation, name)
	if !found && len(p.known) < 10_000 {
		p.known[name] = param != nil
	}
	return param != nil, p.compiled.given[param]
}

// named returns a value as -p values, one per element of an array. Empty and null
// values are omitted.
func named(name string, cell *Cell) []string {
	if cell.JSON != nil && cell.JSON.Kind == jsonx.Array {
		var all []string
		for _, item := range cell.JSON.Items {
			all = append(all, name+"="+item.String())
		}
		return all
	}
	text := cell.String()
	if text == "" {
		return nil
	}
	return []string{name + "=" + text}
}

// base returns the body of -d.
func (p *Plan) base(row *Row) (*string, error) {
	if p.compiled.base == nil {
		return nil, nil
	}
	filled, err := fillNode(p.compiled.base, row)
	if err != nil {
		return nil, err
	}
	text := string(filled.Append(nil))
	return &text, nil
}

// fields returns the fields of the command line, those with {name} as values.
func (p *Plan) fields(row *Row, values []body.Value) ([]string, []body.Value, error) {
	var typed []string
	for _, f := range p.compiled.fields {
		if f.text == nil {
			typed = append(typed, f.typed)
			continue
		}
		text, err := f.text.fill(row)
		if err != nil {
			return nil, nil, err
		}
		value := body.Value{Name: f.name, Text: text, From: "-f " + f.name}
		switch {
		case f.isFile:
			name, _, _ := strings.Cut(f.typed, "=")
			typed = append(typed, name+"="+text)
			continue
		case f.json != nil:
			value.JSON, err = fillNode(f.json, row)
		case f.isJSON:
			if value.JSON, err = jsonx.ParseNode([]byte(text)); err != nil {
				err = failure.New(failure.Usage, "column %s is not JSON: %w", f.text.only(), err)
			}
		}
		if err != nil {
			return nil, nil, err
		}
		values = append(values, value)
	}
	return typed, values, nil
}

// evaluate computes the parameters and body of a row with the expression.
func (p *Plan) evaluate(ctx context.Context, in *params.Input, row *Row) (*string, error) {
	result, err := p.Program.Eval(ctx, row.Document())
	if err != nil {
		return nil, err
	}
	made, _ := jsonx.ParseNode(result.JSON)
	if made == nil || made.Kind != jsonx.ObjectNode {
		return nil, failure.New(failure.Usage, "--row must return an object for each row").
			Hintf(`such as --row '{"params":{"id":_id},"body":{"name":name}}'`)
	}
	var data *string
	for _, member := range made.Members {
		switch {
		case member.Name == "body" && p.Operation.Load().Body == nil:
			return nil, failure.New(failure.Usage, "%s does not accept a request body; remove the member body from --row", p.Operation.ID)
		case member.Name == "body":
			text := string(member.Value.Append(nil))
			data = &text
		case member.Name == "params" && member.Value.Kind == jsonx.ObjectNode:
			for _, param := range member.Value.Members {
				in.Named = append(in.Named, named(param.Name, &Cell{JSON: param.Value})...)
			}
		default:
			return nil, failure.New(failure.Usage, "--row returned the unknown member %q; use params and body", member.Name)
		}
	}
	return data, nil
}
