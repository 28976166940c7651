package emulator

import (
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/operation"
)

// seedTarget is a collection that a document names.
type seedTarget struct {
	api   *operation.API
	op    *operation.Operation // that makes its things
	res   *resource            // nil for access tokens
	path  map[string]string    // the values of the path's parameters
	place string               // the path of the collection
}

// maker is an operation that makes things, with the template of its collection.
type maker struct {
	op    *operation.Operation
	res   *resource
	words []string
	place string
}

// target finds the collection of a name; where there is none the message says
// what there is.
func (s *seeding) target(api *operation.API, name string) (target *seedTarget, message string) {
	makers := s.makers(api)
	if strings.HasPrefix(name, "/") {
		return byPath(api, makers, name)
	}
	var found []*seedTarget
	for _, m := range makers {
		last := m.words[len(m.words)-1]
		if singular(last) == singular(name) && !strings.Contains(m.place, "{") {
			found = append(found, &seedTarget{api, m.op, m.res, nil, m.place})
		}
	}
	if len(found) == 0 {
		found = bySlug(api, makers, name)
	}
	switch {
	case len(found) == 0:
		return nil, unknownCollection(api, makers, name)
	case len(found) > 1 && !found[0].isLike(found[1]):
		return nil, strconv.Quote(name) + " is several collections; name the path: " + found[0].place + " or " + found[1].place
	}
	return found[0], ""
}

// bySlug takes the name as the value of the only parameter in a path.
func bySlug(api *operation.API, makers []maker, name string) []*seedTarget {
	var found []*seedTarget
	for _, m := range makers {
		last := m.words[len(m.words)-1]
		param, is := parameter(last)
		if is && strings.Count(m.place, "{") == 1 && fitsPath(m.op, param, name) {
			place := strings.Replace(m.place, last, name, 1)
			found = append(found, &seedTarget{api, m.op, m.res, map[string]string{param: name}, place})
		}
	}
	return found
}

func byPath(api *operation.API, makers []maker, path string) (*seedTarget, string) {
	given := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, m := range makers {
		words := strings.Split(strings.TrimPrefix(m.place, "/"), "/")
		if values, ok := filled(m.op, words, given); ok {
			return &seedTarget{api, m.op, m.res, values, path}, ""
		}
	}
	return nil, unknownCollection(api, makers, path)
}

// filled are the values of a template's parameters in a path.
func filled(op *operation.Operation, words, given []string) (map[string]string, bool) {
	if len(words) != len(given) {
		return nil, false
	}
	values := map[string]string{}
	for i, word := range words {
		param, is := parameter(word)
		switch {
		case is && fitsPath(op, param, given[i]):
			values[param] = given[i]
		case word != given[i]:
			return nil, false
		}
	}
	return values, true
}

func fitsPath(op *operation.Operation, param, value string) bool {
	p := op.Load().Param(param, "path")
	return value != "" && (p == nil || takesAll([]*operation.Schema{p.Schema}, value))
}

// makers are the operations of an API that make things, and the creation of
// access tokens.
func (s *seeding) makers(api *operation.API) []maker {
	var all []maker
	for _, op := range api.Operations {
		place := op.Path
		if _, own := s.emulator.services[op.Method+" "+op.Path]; own && op.Method == "POST" {
			all = append(all, maker{op: op.Load(), words: pathTemplate(place), place: place})
			continue
		}
		res := s.emulator.resources.find(api, op)
		if res == nil || res.role != creates && (res.role != replaces || res.kind.post != nil) {
			continue
		}
		if res.role == replaces {
			place = place[:strings.LastIndex(place, "/")]
		}
		all = append(all, maker{op.Load(), res, pathTemplate(place), place})
	}
	return all
}

func unknownCollection(api *operation.API, makers []maker, name string) string {
	var places []string
	for _, m := range makers {
		if !slices.Contains(places, m.place) {
			places = append(places, m.place)
		}
	}
	if len(places) == 0 {
		return "nothing can be made in the API " + api.Name
	}
	if len(places) > maxFaults {
		places = append(places[:maxFaults], "…")
	}
	return strconv.Quote(name) + " is no collection of " + api.Name + meant(name, places) + "; there is " + strings.Join(places, ", ")
}

func meant(word string, candidates []string) string {
	if near := nearest.Match(word, candidates); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// isLike reports whether two targets are versions of one collection.
func (t *seedTarget) isLike(other *seedTarget) bool {
	return t.res != nil && other.res != nil && t.res.kind == other.res.kind
}

// idName is the member of a thing that has its id.
func (t *seedTarget) idName() string {
	if t.res.shape != nil && t.res.shape.id != "" {
		return t.res.shape.id
	}
	return idMember(t.op.Body.JSON(), t.res.kind)
}

// id is the one that the thing names, "" for a new one.
func (t *seedTarget) id(given object) string {
	if t.res == nil {
		return ""
	}
	if value := given.at(t.idName()); value.Kind() == '"' || value.Kind() == '0' {
		return unquoted(value)
	}
	return ""
}
