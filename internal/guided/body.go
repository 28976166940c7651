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

// Body prompts for the body and returns it in the form of -d: JSON, or "@file" if
// the operation does not accept JSON; "" for no body.
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
		q := prompt.Question{ID: "body?", Text: "Add a request body to " + op.ID + "?", Yes: true}
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

const smallForm = 6 // required fields of a body entered by questions

// IsSmall reports whether the operation's body is JSON with few and simple required
// members, so that questions are quicker than an editor, and whether any members are
// needed.
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

// Fields prompts for the required members of a small body and returns it in the form
// of -d.
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

// Edit opens the body in the user's editor and returns it as JSON. It starts with
// the given body, or the minimum that the operation accepts. An invalid body, or one
// that still has a placeholder, is opened again with the error in its first line. An
// unchanged text needs confirmation; without it, and for an empty text, the error is
// of kind Interrupted.
func (g *Guide) Edit(ctx context.Context, op *openapi.Operation, start string) ([]byte, error) {
	content := openapi.JSON(op.Described().Body.Contents)
	if content == nil {
		return nil, failure.New(failure.Usage, "%s does not accept a JSON body", op.ID).
			Hintf("pass it with -d @file")
	}
	sample := ""
	if start == "" {
		sample = schema.SampleFor(content.Schema, false, schema.Request)
		start = sample
	}
	text := draft(op, content.Schema, start)
	offered := text
	for before := text; ; {
		edited, err := g.Prompts.Edit(ctx, "body.jsonc", text)
		if err != nil {
			return nil, err
		}
		edited = withFault(edited, "")
		json, wrong := g.readDraft(content.Schema, sample, edited)
		if wrong == nil {
			return json, g.confirmUnchanged(ctx, edited == withFault(offered, ""))
		}
		if failure.Of(wrong).Kind == failure.Interrupted || edited == before {
			return nil, wrong // unchanged, so it will not be corrected
		}
		before, text = edited, withFault(edited, wrong.Error())
	}
}

// held returns the schema that a body must match.
func (g *Guide) held(s *openapi.Schema) *openapi.Schema {
	if g.Lenient {
		return nil
	}
	return s
}

// confirmUnchanged asks before sending a body that nobody wrote.
func (g *Guide) confirmUnchanged(ctx context.Context, unchanged bool) error {
	if !unchanged {
		return nil
	}
	yes, err := g.Prompts.Confirm(ctx, prompt.Question{Text: "The body is unchanged. Send it?"})
	if err == nil && !yes {
		err = failure.New(failure.Interrupted, "cancelled; nothing was sent")
	}
	return err
}

// readDraft converts the edited text to JSON. sample is the offered sample, or ""
// for a body that the user wrote before.
func (g *Guide) readDraft(s *openapi.Schema, sample, text string) ([]byte, error) {
	json, err := readDraft(g.held(s), text)
	if err != nil || g.Lenient {
		return json, err
	}
	if path := placeholderIn([]byte(sample), json); path != "" {
		return nil, failure.New(failure.Usage, "body: %s is still the placeholder %q", path, placeholder).
			Hintf("write a value for it, or pass the body with -d")
	}
	return json, nil
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

// faultMark starts the line of a draft that contains the error.
const faultMark = "// error: "

// draft returns the text to edit: comments about the body's requirements, and an
// initial body.
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

// mostMentioned limits the comments of a large schema.
const mostMentioned = 20

// needs describes the required properties and the alternatives.
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

// uncommented returns the text with its comments blanked, so that positions are
// preserved. Line comments start with // or #; inside JSON, /* */ works too. A YAML
// line keeps its comment.
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

// line returns the first line including its end.
func line(text []byte) []byte {
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		return text[:n+1]
	}
	return text
}

// blank replaces everything but line ends, preserving columns.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' && c != '\r' {
			text[i] = ' '
		}
	}
}

// withFault puts the error in the first line, replacing an earlier one.
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
