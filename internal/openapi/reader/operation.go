package reader

import (
	"net/url"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// operation reads an operation object into op, which already has a method and path.
func (r *reader) operation(op *openapi.Operation) {
	var summary string
	r.object(func(name string) {
		switch name {
		case "operationId":
			op.ID = strings.TrimSpace(r.literal())
		case "summary":
			summary = r.text()
		case "description":
			op.Description = r.text()
		case "tags":
			op.Tags = r.texts()
		case "deprecated":
			op.Deprecated = r.flag()
		case "security":
			op.Security = r.security()
		default:
			r.exchange(op, name)
		}
	})
	if op.Line == "" {
		op.Line = line(summary, op.Description)
	}
}

// exchange reads the parameters, body and responses.
func (r *reader) exchange(op *openapi.Operation, name string) {
	switch name {
	case "servers":
		op.Servers = r.servers()
	case "parameters":
		op.Params = r.parameters()
	case "requestBody":
		op.Body = follow(r, (*reader).body)
	case "responses":
		op.Responses = r.responses()
	default:
		r.skip()
	}
}

// security reads a list of requirement objects, one of which must be met, or the
// equivalent keyword in the catalog's files.
func (r *reader) security() openapi.Security {
	switch r.kind() {
	case '"':
		return parseSecurity(r.text())
	case '[':
	default:
		r.skip()
		return openapi.Required
	}
	var none, some bool
	r.list(func() {
		schemes := 0
		r.object(func(string) { schemes++; r.skip() })
		none, some = none || schemes == 0, some || schemes > 0
	})
	switch {
	case !some:
		return openapi.Public
	case none:
		return openapi.Optional
	}
	return openapi.Required
}

func parseSecurity(word string) openapi.Security {
	switch word {
	case "public":
		return openapi.Public
	case "optional":
		return openapi.Optional
	}
	return openapi.Required
}

func (r *reader) body() *openapi.Body {
	var body openapi.Body
	if !r.object(func(name string) {
		switch name {
		case "required":
			body.Required = r.flag()
		case "description":
			body.Description = r.text()
		case "content":
			body.Contents = r.contents()
		default:
			r.skip()
		}
	}) {
		return nil
	}
	return &body
}

func (r *reader) responses() []*openapi.Response {
	var found []*openapi.Response
	r.object(func(status string) {
		if strings.HasPrefix(status, "x-") {
			r.skip()
			return
		}
		response := followOrSkip(r, (*reader).response)
		if response.Status = status; status != "default" {
			response.Status = strings.ToUpper(status)
		}
		same := func(other *openapi.Response) bool { return other.Status == response.Status }
		found = append(slices.DeleteFunc(found, same), &response)
	})
	return found
}

func (r *reader) response() openapi.Response {
	var response openapi.Response
	r.object(func(name string) {
		switch name {
		case "description":
			response.Description = r.text()
		case "content":
			response.Contents = r.contents()
		default:
			r.skip()
		}
	})
	return response
}

func (r *reader) contents() []*openapi.Content {
	var found []*openapi.Content
	r.object(func(mediaType string) {
		content := &openapi.Content{MediaType: mediaType}
		r.object(func(name string) {
			switch name {
			case "schema":
				content.Schema = r.schema()
			case "example":
				content.Examples = append(content.Examples, openapi.Example{Value: r.json()})
			case "examples":
				content.Examples = append(content.Examples, r.examples()...)
			case "encoding":
				content.Encoding = r.encodings()
			default:
				r.skip()
			}
		})
		same := func(other *openapi.Content) bool { return other.MediaType == mediaType }
		found = append(slices.DeleteFunc(found, same), content)
	})
	return found
}

// encodings reads a map of encoding objects. style, explode and allowReserved take
// effect as soon as one of them is present.
func (r *reader) encodings() []openapi.Encoding {
	var found []openapi.Encoding
	r.object(func(property string) {
		e := openapi.Encoding{Property: property}
		styled, explode := false, ""
		r.object(func(name string) {
			switch name {
			case "contentType":
				e.MediaType = r.text()
			case "style":
				e.Style, styled = r.text(), true
			case "explode":
				styled = true
				if explode = "no"; r.flag() {
					explode = "yes"
				}
			case "allowReserved":
				styled = true
				r.skip()
			default:
				r.skip()
			}
		})
		if styled && !slices.Contains(stylesOf("query"), e.Style) {
			e.Style = "form"
		}
		e.Explode = explode == "yes" || explode == "" && e.Style == "form"
		found = append(found, e)
	})
	return found
}

// examples reads a map of example objects. Examples with only an externalValue are
// left out.
func (r *reader) examples() []openapi.Example {
	var found []openapi.Example
	r.object(func(name string) {
		if value := followOrSkip(r, (*reader).exampleValue); value != "" {
			found = append(found, openapi.Example{Name: name, Value: value})
		}
	})
	return found
}

func (r *reader) exampleValue() string {
	var value string
	r.object(func(name string) {
		if name == "value" {
			value = r.json()
			return
		}
		r.skip()
	})
	return value
}

// servers reads a list of server objects and returns their URLs with the default
// values of the variables. In the catalog's files, a server is a plain string.
func (r *reader) servers() []string {
	var found []string
	r.list(func() {
		if r.kind() == '"' {
			found = appendName(found, r.text())
			return
		}
		found = appendName(found, r.server())
	})
	return found
}

func (r *reader) server() string {
	var template string
	var pairs []string
	r.object(func(name string) {
		switch name {
		case "url":
			template = r.text()
		case "variables":
			r.object(func(variable string) {
				pairs = append(pairs, "{"+variable+"}", r.defaultOf())
			})
		default:
			r.skip()
		}
	})
	return strings.NewReplacer(pairs...).Replace(template)
}

func (r *reader) defaultOf() string {
	var found string
	r.object(func(name string) {
		if name == "default" {
			found = r.literal()
			return
		}
		r.skip()
	})
	return found
}

// absolute returns base URLs without trailing slashes or duplicates. Relative URLs
// are resolved against the document's URL, and left out if there is none. URLs with
// another scheme than http or https are left out too.
func absolute(servers []string, source string) []string {
	base, err := url.Parse(source)
	if err != nil {
		base = &url.URL{}
	}
	var found []string
	seen := map[string]bool{}
	for _, server := range servers {
		u, err := base.Parse(server)
		if err != nil || !httpx.IsWeb(u) {
			continue
		}
		text := strings.TrimRight(u.String(), "/")
		if !seen[text] {
			seen[text] = true
			found = append(found, text)
		}
	}
	return found
}

// silentSecurity returns the default for a document without "security".
func (t *tree) silentSecurity() openapi.Security {
	schemes := t.root.child("components").child("securitySchemes")
	if len(schemes.names()) == 0 {
		return openapi.Required
	}
	for _, name := range schemes.names() {
		scheme := schemes.child(name)
		if scheme.child("type").is("http") && scheme.child("scheme").is("bearer") {
			return openapi.Required
		}
	}
	return openapi.Public
}

// is reports whether the node is this string, ignoring case.
func (n *node) is(word string) bool {
	return n != nil && strings.EqualFold(newReader(n.raw, "", nil).text(), word)
}

const longestLine = 120 // characters

// line returns a one-line summary of an operation: its summary, else the first
// sentence of its description.
func line(summary, description string) string {
	if text := plain(summary); text != "" {
		return shorten(text)
	}
	paragraph, _, _ := strings.Cut(strings.TrimSpace(description), "\n\n")
	text := plain(paragraph)
	if sentence, _, more := strings.Cut(text, ". "); more {
		text = sentence
	}
	return shorten(strings.TrimSuffix(text, "."))
}

// plain removes Markdown markup and joins the lines.
func plain(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		before, label, after := cutLink(rest)
		b.WriteString(before)
		b.WriteString(label)
		rest = after
	}
	unmarked := strings.NewReplacer("**", "", "`", "", "* ", "", "#", "").Replace(b.String())
	return strings.Join(strings.Fields(unmarked), " ")
}

// cutLink splits a text around its first [label](address).
func cutLink(text string) (before, label, after string) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return text, "", ""
	}
	middle := strings.Index(text[open:], "](")
	if middle < 0 {
		return text, "", ""
	}
	end := strings.IndexByte(text[open+middle:], ')')
	if end < 0 {
		return text, "", ""
	}
	return text[:open], text[open+1 : open+middle], text[open+middle+end+1:]
}

// shorten cuts a text at a word boundary to at most longestLine characters.
func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= longestLine {
		return text
	}
	cut := string(runes[:longestLine-1])
	if space := strings.LastIndexByte(cut, ' '); space > longestLine/2 {
		cut = cut[:space]
	}
	return cut + "…"
}
