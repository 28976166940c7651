// Package descriptions contains our own texts about the embedded APIs: descriptions
// of the APIs, their parameters and properties, and handwritten examples of common
// operations. They are used by help, guided mode, completion, the map and the
// reference; a call reads none of them.
//
// Each API has a file. A line is a key, a tab and the text:
//
//	about                      the purpose of the API
//	group                      the group in a list of APIs
//	param NAME                 a parameter of any operation
//	param OPERATION NAME       overrides param NAME for one operation
//	field NAME                 a property of any schema
//	field SCHEMA.path.to.NAME  a property of a component, or nested in it
//	field OPERATION:path.NAME  a property of an inline schema of an operation
//	example OPERATION          the arguments, in shell syntax, of a call that the mock accepts
//
// Paths contain only property names: arrays and compositions add nothing. A
// reference to a component starts a new path.
package descriptions

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/epilot-cli/epilot/internal/openapi"
)

//go:embed *.txt
var files embed.FS

// Texts contains the descriptions of one API, by key.
type Texts map[string]string

// Of returns the texts of the named embedded API, or nil.
func Of(name string) Texts {
	content, err := files.ReadFile(name + ".txt")
	if err != nil {
		return nil
	}
	return Parse(string(content))
}

// About returns the description and the group of the named embedded API.
func About(name string) (about, group string) {
	content, _ := files.ReadFile(name + ".txt") // nil for an API that is not embedded
	return text(content, "about"), text(content, "group")
}

// text returns the text of one key, or "". It reads no other texts.
func text(content []byte, key string) string {
	key += "\t"
	rest, isFirst := bytes.CutPrefix(content, []byte(key))
	if !isFirst {
		_, rest, _ = bytes.Cut(content, []byte("\n"+key))
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return string(line)
}

// Groups returns the groups of APIs in display order.
func Groups() []string {
	return []string{
		"records and files", "sales and pricing", "processes", "communication",
		"portal", "integration", "administration", "developer tools",
	}
}

// Parse parses a file of descriptions.
func Parse(content string) Texts {
	texts := make(Texts, strings.Count(content, "\n"))
	for line := range strings.Lines(content) {
		if key, text, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); found {
			texts[key] = text
		}
	}
	return texts
}

// Example returns the handwritten example of an operation of the named embedded API,
// or "".
func Example(api string, op *openapi.Operation) string {
	content, _ := files.ReadFile(api + ".txt") // nil for an API that is not embedded
	return text(content, exampleKey(op))
}

// Apply fills in the missing descriptions of an operation's parameters and of the
// properties of its bodies and responses. Operations share components, so it must
// not run while another goroutine uses the API.
func (t Texts) Apply(op *openapi.Operation) {
	if len(t) == 0 {
		return
	}
	for _, p := range op.Params {
		if p.Description == "" {
			p.Description = t[t.key(paramKeys(op, p))]
		}
	}
	walk(op, func(keys []string, p *openapi.Property, _ bool) {
		if p.Description == "" {
			p.Description = t[t.key(keys)]
		}
	})
}

// key returns the first of the keys that has a text, or "".
func (t Texts) key(keys []string) string {
	for _, key := range keys {
		if _, found := t[key]; found {
			return key
		}
	}
	return ""
}

func exampleKey(op *openapi.Operation) string { return "example " + op.ID }

func paramKeys(op *openapi.Operation, p *openapi.Param) []string {
	return []string{"param " + op.ID + " " + p.Name, "param " + p.Name}
}

// walk visits the properties of an operation's bodies and responses, with the keys
// of each, most specific first.
func walk(op *openapi.Operation, visit func(keys []string, p *openapi.Property, response bool)) {
	w := &walker{visit: visit, seen: map[*openapi.Schema]bool{}}
	if op.Body != nil {
		w.contents(op.ID+":", op.Body.Contents)
	}
	w.response = true
	for _, response := range op.Responses {
		w.contents(op.ID+":", response.Contents)
	}
}

type walker struct {
	visit    func(keys []string, p *openapi.Property, response bool)
	seen     map[*openapi.Schema]bool
	response bool
}

func (w *walker) contents(owner string, contents []*openapi.Content) {
	for _, content := range contents {
		w.schema(content.Schema, owner, "")
	}
}

func (w *walker) schema(s *openapi.Schema, owner, path string) {
	if s != nil && s.Ref != "" {
		owner, path = s.Ref+".", ""
		s = s.Target()
	}
	if s == nil || w.seen[s] {
		return
	}
	w.seen[s] = true
	for i := range s.Properties {
		p := &s.Properties[i]
		w.visit([]string{"field " + owner + path + p.Name, "field " + owner + p.Name, "field " + p.Name}, p, w.response)
		w.schema(p.Schema, owner, path+p.Name+".")
	}
	w.schema(s.Items, owner, path)
	w.schema(s.Additional, owner, path)
	for _, part := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		w.schema(part, owner, path)
	}
}

// Check returns the faults of the texts for an API that was parsed with the
// document's texts: parameters and request properties without a text, unused keys,
// and texts that share five consecutive words with the document.
func (t Texts) Check(api *openapi.API) []string {
	var problems []string
	used := map[string]bool{"about": true, "group": true}
	hold := func(keys []string, needed bool, upstream ...string) {
		key := t.key(keys)
		switch {
		case key == "" && needed:
			problems = append(problems, "no text for "+keys[0])
		case key != "":
			used[key] = true
			if run := sharedRun(t[key], upstream); run != "" {
				problems = append(problems, fmt.Sprintf("%s shares %q with the document", key, run))
			}
		}
	}
	for _, op := range api.Operations {
		op.Load()
		used[exampleKey(op)] = true
		for _, p := range op.Params {
			hold(paramKeys(op, p), true, p.Description)
		}
		walk(op, func(keys []string, p *openapi.Property, response bool) {
			target := p.Schema.Target()
			hold(keys, !response, p.Schema.Description, target.Description, p.Schema.Title, target.Title)
		})
	}
	for key := range t {
		if !used[key] {
			problems = append(problems, "nothing has the key "+key)
		}
	}
	for _, key := range []string{"about", "group"} {
		if t[key] == "" {
			problems = append(problems, "no "+key)
		}
	}
	if group := t["group"]; group != "" && !slices.Contains(Groups(), group) {
		problems = append(problems, "nobody lists the group "+group)
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

const longestRun = 4 // words that a text may share with the document's

// sharedRun returns the first run of more than longestRun words that a text shares
// with others, or "".
func sharedRun(text string, others []string) string {
	terms := termsOf(text)
	for _, other := range others {
		upstream := " " + strings.Join(termsOf(other), " ") + " "
		for i := 0; i+longestRun < len(terms); i++ {
			if run := strings.Join(terms[i:i+longestRun+1], " "); strings.Contains(upstream, " "+run+" ") {
				return run
			}
		}
	}
	return ""
}

func termsOf(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "'", "")
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
}
