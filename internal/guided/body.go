package guided

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// Body asks for the body, and returns it as -d takes it: a JSON text, or "@file"
// where the operation takes no JSON; "" for none.
func (g *Guide) Body(ctx context.Context, op *openapi.Operation) (data string, err error) {
	err = g.withBack(func() error {
		data, err = g.walkBody(ctx, op)
		return err
	})
	return data, err
}

func (g *Guide) walkBody(ctx context.Context, op *openapi.Operation) (string, error) {
	if op.Described().Body == nil || len(op.Body.Contents) == 0 {
		return "", nil
	}
	if !op.Body.Required {
		q := prompt.Question{ID: "body?", Text: op.ID + " can have a body; give one", Yes: true}
		if yes, err := g.confirm(ctx, q); err != nil || !yes {
			return "", err
		}
	}
	content := openapi.JSON(op.Body.Contents)
	if content == nil {
		return g.file(ctx, op.Body.Contents[0].MediaType)
	}
	return g.value(ctx, content.Schema, location{id: "body", label: "body"})
}

const smallForm = 6 // required fields of a body that is asked for in questions

// IsSmall reports whether the body of an operation is JSON whose required members
// are few and simple, so that questions are quicker than an editor, and whether
// it needs members at all.
func IsSmall(op *openapi.Operation) (small, needed bool) {
	content := openapi.JSON(op.Body.Contents)
	if content == nil {
		return false, false
	}
	if variants := schema.Variants(content.Schema); len(variants) > 0 {
		all := func(v schema.Variant) bool { return len(schema.Shape(v.Schema).Required) == 0 }
		return false, !slices.ContainsFunc(variants, all)
	}
	shape := schema.Shape(content.Schema)
	needed = len(shape.Required) > 0
	members, _ := split(shape)
	small = needed && len(members) <= smallForm
	for _, p := range members {
		kinds := kindsOf(schema.Shape(p.Schema))
		small = small && len(kinds) > 0 && areScalars(kinds) && len(schema.Variants(p.Schema)) == 0
	}
	return small, needed
}

// Fields asks for the required members of a small body, and returns it as -d
// takes it.
func (g *Guide) Fields(ctx context.Context, op *openapi.Operation) (data string, err error) {
	shape := schema.Shape(openapi.JSON(op.Described().Body.Contents).Schema)
	members, _ := split(shape)
	err = g.withBack(func() error {
		all := &jsonx.Object{}
		err := g.properties(ctx, members, all, location{id: "body", label: "body"}, true)
		data = string(all.Text())
		return err
	})
	return data, err
}

func (g *Guide) file(ctx context.Context, mediaType string) (string, error) {
	q := prompt.Question{ID: "body", Text: "file with the body", Help: mediaType, Check: notEmpty}
	q.Default = g.earlier(location{id: "body"}, "", nil)
	name, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return "", err
	}
	g.remember("body", name)
	return "@" + name, nil
}

// Edit lets the person write the body in the editor and returns it as JSON. It
// begins with the given body, or the least that the operation takes. What does
// not fit is opened again with the reason in its first line; an empty text is an
// error of kind Interrupted.
func (g *Guide) Edit(ctx context.Context, op *openapi.Operation, start string) ([]byte, error) {
	content := openapi.JSON(op.Described().Body.Contents)
	if content == nil {
		return nil, failure.New(failure.Usage, "%s takes no JSON body", op.ID).
			Hintf("give it with -d @file")
	}
	if start == "" {
		start = schema.SampleFor(content.Schema, false, schema.Request)
	}
	text := draft(op, content.Schema, start)
	for before := text; ; {
		edited, err := g.Prompts.Edit(ctx, "body.jsonc", text)
		if err != nil {
			return nil, err
		}
		edited = withFault(edited, "")
		json, wrong := readDraft(g.held(content.Schema), edited)
		if wrong == nil {
			return json, nil
		}
		if failure.Of(wrong).Kind == failure.Interrupted || edited == before {
			return nil, wrong // who changes nothing will not mend it
		}
		before, text = edited, withFault(edited, wrong.Error())
	}
}

// held is the schema that a body must fit.
func (g *Guide) held(s *openapi.Schema) *openapi.Schema {
	if g.Lenient {
		return nil
	}
	return s
}

func readDraft(s *openapi.Schema, text string) ([]byte, error) {
	plain := uncommented(text)
	if strings.TrimSpace(plain) == "" {
		return nil, failure.New(failure.Interrupted, "cancelled: the body is empty")
	}
	doc, err := document.Parse("line", []byte(plain))
	if err != nil {
		return nil, err
	}
	if err := body.Check(s, doc); err != nil {
		return nil, err
	}
	return doc.JSON, nil
}

// faultMark begins the line of a draft that says what is wrong with it.
const faultMark = "// error: "

// draft is the text that a person edits: comments that say what the body needs,
// and a body to begin with.
func draft(op *openapi.Operation, s *openapi.Schema, body string) string {
	lines := []string{op.Method + " " + op.Path, op.Line, ""}
	lines = append(lines, needs(s)...)
	lines = append(lines, "", "JSON or YAML. Save and leave the editor to send it; an empty file sends nothing.")
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(strings.TrimRight("// "+strings.NewReplacer("\n", " ", "\r", " ").Replace(line), " ") + "\n")
	}
	return text.String() + indented(body) + "\n"
}

// mostMentioned bounds the comments of a large schema.
const mostMentioned = 20

// needs says which properties are required, and which alternatives there are.
func needs(s *openapi.Schema) []string {
	variants := schema.Variants(s)
	if len(variants) == 0 {
		return requiredLines(s)
	}
	lines := []string{"one of:"}
	for _, v := range variants[:min(len(variants), mostMentioned)] {
		lines = append(lines, "  "+v.Name+": "+required(v.Schema))
	}
	return lines
}

func requiredLines(s *openapi.Schema) []string {
	shape := schema.Shape(s)
	lines := []string{"required:"}
	for _, p := range shape.Properties {
		if !slices.Contains(shape.Required, p.Name) || len(lines) > mostMentioned {
			continue
		}
		lines = append(lines, "  "+p.Name+": "+helpText(p.Description, describe(p.Schema, "")))
		for _, v := range schema.Variants(p.Schema) {
			lines = append(lines, "    one of "+v.Name+": "+required(v.Schema))
		}
	}
	if len(lines) == 1 {
		return []string{"nothing is required in it: " + schema.TypeName(s)}
	}
	return lines
}

// uncommented is the text with its comments blanked, so that what is left
// stands where it stood. Those of a line begin with // or #; inside JSON there
// are also /* */ ones. A line of YAML keeps its own.
func uncommented(text string) string {
	out := []byte(text)
	at := 0
	for at < len(out) {
		end := at + len(line(out[at:]))
		trimmed := bytes.TrimLeft(out[at:end], " \t\r\n")
		if len(trimmed) > 0 && !isComment(trimmed) {
			break
		}
		blank(out[at:end])
		at = end
	}
	if rest := bytes.TrimLeft(out[at:], " \t"); len(rest) > 0 && strings.IndexByte(`{["`, rest[0]) >= 0 {
		blankJSON(out[at:])
	}
	return string(out)
}

func isComment(text []byte) bool {
	return text[0] == '#' || bytes.HasPrefix(text, []byte("//"))
}

// blankJSON blanks the comments of a JSON text.
func blankJSON(text []byte) {
	inside := false
	for i := 0; i < len(text); i++ {
		switch {
		case inside && text[i] == '\\':
			i++
		case text[i] == '"':
			inside = !inside
		case inside:
		case isComment(text[i:]):
			end := i + len(line(text[i:]))
			blank(text[i:end])
			i = end - 1
		case bytes.HasPrefix(text[i:], []byte("/*")):
			end := len(text)
			if n := bytes.Index(text[i:], []byte("*/")); n >= 0 {
				end = i + n + len("*/")
			}
			blank(text[i:end])
			i = end - 1
		}
	}
}

// line is the first line with its end.
func line(text []byte) []byte {
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		return text[:n+1]
	}
	return text
}

// blank leaves line ends and the columns of what follows.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// withFault puts what is wrong in the first line, in place of an earlier fault.
func withFault(text, fault string) string {
	if strings.HasPrefix(text, strings.TrimSpace(faultMark)) {
		_, text, _ = strings.Cut(text, "\n")
	}
	return faultMark + oneLine(fault) + "\n" + text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func indented(body string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(body), "", "  ") != nil {
		return body
	}
	return out.String()
}
