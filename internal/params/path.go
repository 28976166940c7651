package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// pathParams are the parameters of the template in its order, each once. One
// that the definition forgot to declare is a text.
func pathParams(op *operation.Operation) []*operation.Param {
	var found []*operation.Param
	seen := map[string]bool{}
	for segment := range strings.SplitSeq(op.Path, "/") {
		for _, piece := range pieces(segment) {
			if !piece.variable || seen[piece.text] {
				continue
			}
			seen[piece.text] = true
			p := op.Param(piece.text, inPath)
			if p == nil {
				p = &operation.Param{Name: piece.text, In: inPath, Style: "simple", Required: true}
			}
			found = append(found, p)
		}
	}
	return found
}

// piece is a variable of a path template, or the text between two.
type piece struct {
	text     string
	variable bool
}

// pieces takes one segment of a template apart. A brace without its partner, or
// with nothing between them, is text.
func pieces(segment string) []piece {
	var all []piece
	for segment != "" {
		open := strings.IndexByte(segment, '{')
		length := strings.IndexByte(segment[max(open, 0):], '}')
		if open < 0 || length < 0 {
			break
		}
		if open > 0 {
			all = append(all, piece{text: segment[:open]})
		}
		if name := segment[open+1 : open+length]; name != "" {
			all = append(all, piece{text: name, variable: true})
		} else {
			all = append(all, piece{text: "{}"})
		}
		segment = segment[open+length+1:]
	}
	if segment != "" {
		all = append(all, piece{text: segment})
	}
	return all
}

// fill puts the serialized values into the template. A segment that a value
// makes empty, "." or ".." would address another resource, so it is refused.
func fill(template string, values map[string]string) (string, error) {
	var path strings.Builder
	for segment := range strings.SplitSeq(strings.TrimLeft(template, "/"), "/") {
		text, variable := fillSegment(segment, values)
		if variable != "" && dots(text) {
			return "", failure.New(failure.Usage, "path parameter %s makes the path segment %q, which leads to another address", variable, text).
				Hintf("give a value that is not empty, \".\" or \"..\"")
		}
		path.WriteString("/" + text)
	}
	return path.String(), nil
}

// fillSegment returns the last variable of the segment too, "" for none.
func fillSegment(segment string, values map[string]string) (text, variable string) {
	var b strings.Builder
	for _, piece := range pieces(segment) {
		if !piece.variable {
			b.WriteString(escapeTemplate(piece.text))
			continue
		}
		variable = piece.text
		b.WriteString(values[variable])
	}
	return b.String(), variable
}

// dots tells what RFC 3986, section 5.2.4, removes from a path, and the empty
// segment, which servers drop.
func dots(segment string) bool {
	return segment == "" || segment == "." || segment == ".."
}
