package reader

import (
	"slices"

	"github.com/epilot-cli/epilot/internal/openapi"
)

func (r *reader) parameters() []*openapi.Param {
	var found []*openapi.Param
	r.list(func() {
		if p := follow(r, (*reader).parameter); p != nil {
			found = append(found, p)
		}
	})
	return found
}

// parameter reads a parameter object. It returns nil for a header that the
// specification requires to be ignored.
func (r *reader) parameter() *openapi.Param {
	var p openapi.Param
	explode := "" // unspecified
	r.object(func(name string) {
		switch name {
		case "name":
			p.Name = r.literal()
		case "in":
			p.In = r.text()
		case "style":
			p.Style = r.text()
		case "explode":
			if explode = "no"; r.flag() {
				explode = "yes"
			}
		default:
			r.parameterValue(&p, name)
		}
	})
	if !r.checkParameter(&p) {
		return nil
	}
	p.Required = p.Required || p.In == "path"
	p.Explode = explode == "yes" || explode == "" && p.Style == "form"
	return &p
}

func (r *reader) parameterValue(p *openapi.Param, name string) {
	switch name {
	case "required":
		p.Required = r.flag()
	case "deprecated":
		p.Deprecated = r.flag()
	case "allowReserved":
		p.AllowReserved = r.flag()
	case "description":
		p.Description = r.text()
	case "schema":
		p.Schema = r.schema()
	case "example":
		p.Example = r.json()
	case "examples":
		takeExample(p, r.examples())
	case "content":
		takeContent(p, r.contents())
	default:
		r.skip()
	}
}

// takeContent handles a parameter whose value is a document of a media type.
func takeContent(p *openapi.Param, contents []*openapi.Content) {
	if len(contents) > 0 {
		p.MediaType, p.Schema = contents[0].MediaType, contents[0].Schema
		takeExample(p, contents[0].Examples)
	}
}

func takeExample(p *openapi.Param, examples []openapi.Example) {
	if p.Example == "" && len(examples) > 0 {
		p.Example = examples[0].Value
	}
}

// checkParameter fills in the default style of the location (OpenAPI 3.1.1, section
// 4.8.12.2.1) and rejects parameters that cannot be sent.
func (r *reader) checkParameter(p *openapi.Param) bool {
	styles := stylesOf(p.In)
	switch {
	case r.err != nil:
		return false
	case p.Name == "":
		r.failf("a parameter has no name")
		return false
	case styles == nil:
		r.failf("parameter %q is in %q: allowed are path, query, header and cookie", p.Name, p.In)
		return false
	case p.Style == "":
		p.Style = styles[0]
	case !slices.Contains(styles, p.Style):
		r.notef("parameter %q has style %q, which %s parameters cannot have: %s is used", p.Name, p.Style, p.In, styles[0])
		p.Style = styles[0]
	}
	return !p.IsReserved()
}

// stylesOf lists the styles of a location, its default first.
func stylesOf(in string) []string {
	switch in {
	case "path":
		return []string{"simple", "label", "matrix"}
	case "query":
		return []string{"form", "spaceDelimited", "pipeDelimited", "deepObject"}
	case "header":
		return []string{"simple"}
	case "cookie":
		return []string{"form"}
	}
	return nil
}
