package guided

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// faultMark begins the line of a draft that says what is wrong with it.
const faultMark = "// error: "

// draft is the text that a person edits: comments that say what the body needs,
// and a body to begin with.
func draft(op *operation.Operation, s *operation.Schema, body string) string {
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
func needs(s *operation.Schema) []string {
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

func requiredLines(s *operation.Schema) []string {
	shape := schema.Shape(s)
	lines := []string{"required:"}
	for _, p := range shape.Properties {
		if !slices.Contains(shape.Required, p.Name) || len(lines) > mostMentioned {
			continue
		}
		lines = append(lines, "  "+p.Name+": "+help(p.Schema, ""))
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
