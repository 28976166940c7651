package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/relevance"
)

// Searchable is an operation that can be found.
type Searchable struct {
	API       *openapi.API
	Operation *openapi.Operation
	Text      relevance.Text
}

// Searchable are the operations of all embedded APIs with the texts that they
// are found by. The query decides only which entities it means. An API that
// cannot be loaded is an error.
func (c *Catalog) Searchable(ctx context.Context, query string) ([]Searchable, error) {
	found := make([]Searchable, 0, 1500)
	slugged := slugIn(query) != ""
	for _, name := range c.Names() {
		api, err := c.Load(ctx, name, "")
		if err != nil {
			return nil, err
		}
		listed := api.Operations
		if len(listed) > 0 && listed[0].Mentions == nil { // read from a document
			if read, err := facts.Read(name, facts.Write(api, facts.Options{})); err == nil {
				listed = read.Operations
			}
		}
		for i, op := range api.Operations {
			text := textOf(name, op)
			if i < len(listed) && listed[i].Mentions != nil {
				text.Detail += " " + listed[i].Mentions()
			}
			if slugged && isRecord(op) && takesSlug(name, op) {
				text.Factor *= aboutRecord
			}
			found = append(found, Searchable{api, op, text})
		}
	}
	return found, nil
}

// Factors of the score of what somebody seldom or most likely looks for.
const (
	deprecated  = 0.5
	outdated    = 0.9 // it says "(version 1)"
	forCustomer = 0.7 // called by the customers of an organization
	aboutRecord = 1.4 // of the schema that the query names
)

func textOf(api string, op *openapi.Operation) relevance.Text {
	text := relevance.Text{
		Name: op.ID, Line: op.Line, Owner: api,
		Detail: op.Path + " " + strings.Join(op.Tags, " "), Factor: 1,
	}
	if takesSlug(api, op) {
		text.Owner += " " + slugs
	}
	switch {
	case op.Deprecated:
		text.Factor = deprecated
	case strings.HasSuffix(op.Line, "(version 1)"):
		text.Factor = outdated
	}
	if api == "customer-portal" {
		text.Factor *= forCustomer
	}
	return text
}

// slugs are the schemas of a usual organization: who looks for "create contact"
// means an entity of that schema.
const slugs = "contact account order opportunity product contract ticket meter lead invoice quote coupon"

// takesSlug reports whether the operation is about the records of one schema.
func takesSlug(api string, op *openapi.Operation) bool {
	return api == "entity" && (strings.HasPrefix(op.Path, "/v1/entity/{slug}") || op.ID == "searchEntities")
}

// isRecord reports whether the operation is about entities themselves, not about
// their activities or relations.
func isRecord(op *openapi.Operation) bool {
	return strings.HasSuffix(op.Path, "}") || op.ID == "searchEntities"
}

// Slug is the schema that a query names of an operation that is about the
// records of one, "" for none.
func Slug(api *openapi.API, op *openapi.Operation, query string) string {
	if !takesSlug(api.Name, op) {
		return ""
	}
	return slugIn(query)
}

func slugIn(query string) string {
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if word = singular(word); slices.Contains(strings.Fields(slugs), word) {
			return word
		}
	}
	return ""
}

func singular(word string) string {
	if start, plural := strings.CutSuffix(word, "ies"); plural {
		return start + "y"
	}
	return strings.TrimSuffix(word, "s")
}
