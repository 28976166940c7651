package bulk

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// template is a text with {name} placeholders for columns. {{name}} is literal
// because epilot's own templates use it.
type template []piece

// piece is literal text or a column name.
type piece struct{ text, name string }

func parseTemplate(text string) template {
	var t template
	begun := 0
	for at := 0; at < len(text); at++ {
		if text[at] != '{' {
			continue
		}
		if strings.HasPrefix(text[at:], "{{") {
			at++
			continue
		}
		name, _, closed := strings.Cut(text[at+1:], "}")
		if !closed || name == "" || strings.ContainsAny(name, "{\"' \t\r\n:,;") {
			continue
		}
		t = append(t, piece{text: text[begun:at]}, piece{name: name})
		at += len(name) + 1
		begun = at + 1
	}
	return append(t, piece{text: text[begun:]})
}

// isFixed reports whether the template is the same for all rows.
func (t template) isFixed() bool { return len(t) <= 1 }

// only returns the column of a template that is a single placeholder, or "".
func (t template) only() string {
	if len(t) == 3 && t[0].text == "" && t[2].text == "" {
		return t[1].name
	}
	return ""
}

// uses records the template's columns in to.
func (t template) uses(to map[string]bool) {
	for _, p := range t {
		if p.name != "" {
			to[p.name] = true
		}
	}
}

func (t template) fill(row *Row) (string, error) {
	if t.isFixed() {
		return t[0].text, nil
	}
	var text strings.Builder
	for _, p := range t {
		if p.name == "" {
			text.WriteString(p.text)
			continue
		}
		cell, err := row.cell(p.name)
		if err != nil {
			return "", err
		}
		text.WriteString(cell.String())
	}
	return text.String(), nil
}

// cell returns the cell for {name}: a column, or a nested value of an object.
func (r *Row) cell(name string) (*Cell, error) {
	for i := range r.Cells {
		if r.Cells[i].Name == name {
			return &r.Cells[i], nil
		}
	}
	for i := range r.Cells {
		rest, below := strings.CutPrefix(name, r.Cells[i].Name+".")
		if node := r.Cells[i].JSON; below && node != nil {
			for node != nil && rest != "" {
				var member string
				member, rest, _ = strings.Cut(rest, ".")
				node = node.Member(member)
			}
			if node != nil {
				return &Cell{Name: name, JSON: node}, nil
			}
		}
	}
	return nil, failure.New(failure.Usage, "the row has no %q, which {%s} asks for", name, name)
}

// usedIn records in to the columns used in the strings of a value.
func usedIn(n *jsonx.Node, to map[string]bool) {
	if n == nil {
		return
	}
	if strings.HasPrefix(n.Text, `"`) {
		parseTemplate(n.String()).uses(to)
	}
	for _, item := range n.Items {
		usedIn(item, to)
	}
	for _, member := range n.Members {
		usedIn(member.Value, to)
	}
}

// fillNode returns the value with {name} replaced in its strings. A string that
// consists of a single {name} becomes the row's JSON value.
func fillNode(n *jsonx.Node, row *Row) (*jsonx.Node, error) {
	made := &jsonx.Node{Kind: n.Kind, Text: n.Text}
	if strings.HasPrefix(n.Text, `"`) && strings.Contains(n.Text, "{") {
		t := parseTemplate(n.String())
		if name := t.only(); name != "" {
			cell, err := row.cell(name)
			if err != nil || cell.JSON != nil {
				return cell.node(), err
			}
		}
		text, err := t.fill(row)
		return jsonx.StringNode(text), err
	}
	for _, item := range n.Items {
		filled, err := fillNode(item, row)
		if err != nil {
			return nil, err
		}
		made.Items = append(made.Items, filled)
	}
	for _, member := range n.Members {
		filled, err := fillNode(member.Value, row)
		if err != nil {
			return nil, err
		}
		made.Members = append(made.Members, jsonx.NodeMember{Name: member.Name, Value: filled})
	}
	return made, nil
}

func (c *Cell) node() *jsonx.Node {
	if c == nil {
		return nil
	}
	return c.JSON
}
