package body

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// Part is one part of a form.
type Part struct {
	Name      string
	Text      string // its text, where File is ""
	File      string // the name of the file that it is
	Field     string // the -f that names the file
	MediaType string // what the definition says, "application/json" for an object; else ""
}

// Parts are the members of the document as a form has them: as the encoding
// says, else an array as a part for each element, and an object as JSON. Null is
// left out. ok is false where the document is not an object.
// https://spec.openapis.org/oas/v3.1.1#encoding-object
func (d *fieldDocument) Parts(content *openapi.Content) (parts []Part, ok bool) {
	if d.root.Kind != jsonx.ObjectNode {
		return nil, false
	}
	for _, m := range d.root.Members {
		encoding := content.EncodingOf(m.Name)
		if encoding != nil && encoding.Style != "" && m.Value.Kind != jsonx.Scalar && !d.holdsFile(m.Value) {
			parts = append(parts, styled(encoding, m.Name, m.Value)...)
			continue
		}
		items := []*jsonx.Node{m.Value}
		if m.Value.Kind == jsonx.Array {
			items = m.Value.Items
		}
		for _, item := range items {
			if !item.IsNull() {
				parts = append(parts, d.part(m.Name, item, encoding))
			}
		}
	}
	return parts, true
}

func (d *fieldDocument) part(name string, n *jsonx.Node, encoding *openapi.Encoding) Part {
	mediaType := ""
	if encoding != nil {
		mediaType = encoding.MediaType
	}
	if file, isFile := d.files[n]; isFile {
		if mediaType != "" {
			mediaType = fileType(file, mediaType)
		}
		return Part{Name: name, File: file, Field: name + "=@" + file, MediaType: mediaType}
	}
	part := Part{Name: name, Text: n.String()}
	switch {
	case mediaType != "" && !strings.ContainsAny(mediaType, "*,"):
		part.MediaType = mediaType
		if httpx.IsJSON(mediaType) {
			part.Text = string(n.Append(nil))
		}
	case n.Kind != jsonx.Scalar:
		part.MediaType = "application/json"
	}
	return part
}

// styled is an array or an object as query parameters have it, with the names
// and values before they are encoded.
func styled(encoding *openapi.Encoding, name string, n *jsonx.Node) []Part {
	separator := map[string]string{"spaceDelimited": " ", "pipeDelimited": "|"}[encoding.Style]
	if separator == "" {
		separator = ","
	}
	var parts []Part
	var texts []string
	for _, item := range n.Items {
		if !item.IsNull() {
			parts, texts = append(parts, Part{Name: name, Text: item.String()}), append(texts, item.String())
		}
	}
	for _, m := range n.Members {
		switch {
		case m.Value.IsNull():
		case encoding.Style == "deepObject" && m.Value.Kind != jsonx.Scalar:
			parts = append(parts, styled(encoding, name+"["+m.Name+"]", m.Value)...)
		case encoding.Style == "deepObject":
			parts = append(parts, Part{Name: name + "[" + m.Name + "]", Text: m.Value.String()})
		default:
			parts, texts = append(parts, Part{Name: m.Name, Text: m.Value.String()}), append(texts, m.Name, m.Value.String())
		}
	}
	if encoding.Explode || encoding.Style == "deepObject" || len(texts) == 0 {
		return parts
	}
	return []Part{{Name: name, Text: strings.Join(texts, separator)}}
}

func (d *fieldDocument) holdsFile(n *jsonx.Node) bool {
	_, isFile := d.files[n]
	return isFile || slices.ContainsFunc(n.Items, d.holdsFile)
}
