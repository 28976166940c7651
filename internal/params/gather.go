package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// argument is what the command line gives for one parameter.
type argument struct {
	param      *operation.Param
	words      []string // values of the whole parameter
	members    []member // values of members of an object
	positional bool
	value      *node // set by check
}

// member is the value of one member of an object, named by its path.
type member struct {
	path []string
	word string
}

// gather finds the parameter that each word is for. The arguments come in the
// order in which they were first named, the positional ones first.
func gather(op *operation.Operation, in Input) ([]*argument, error) {
	params := documented(op)
	given, err := positional(op, pathParams(op), in.Positional)
	if err != nil {
		return nil, err
	}
	for _, typed := range in.Named {
		key, word, ok := strings.Cut(typed, "=")
		if !ok || key == "" {
			return nil, failure.New(failure.Usage, "-p %q is not of the form key=value", typed).
				Hintf("write -p key=value; an empty value is -p key=")
		}
		p, path := resolve(params, key)
		if p == nil {
			if !in.NoValidate {
				return nil, unknown(op, params, key)
			}
			p = &operation.Param{Name: key, In: inQuery, Style: "form", Explode: true}
		}
		if given, err = add(given, p, path, word); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func positional(op *operation.Operation, params []*operation.Param, words []string) ([]*argument, error) {
	if len(words) > len(params) {
		return nil, tooMany(op, params, words)
	}
	var given []*argument
	for i, word := range words {
		given = append(given, &argument{param: params[i], words: []string{word}, positional: true})
	}
	return given, nil
}

// add puts the word with the earlier words for the same parameter.
func add(given []*argument, p *operation.Param, path []string, word string) ([]*argument, error) {
	a := find(given, p)
	if a == nil {
		a = &argument{param: p}
		given = append(given, a)
	}
	switch {
	case a.positional:
		return nil, failure.New(failure.Usage, "path parameter %s is given twice: as a positional argument and with -p", p.Name).
			Hintf("positional arguments fill the path in order: give all of it in order, or name every part with -p")
	case path != nil:
		a.members = append(a.members, member{path, word})
	default:
		a.words = append(a.words, word)
	}
	return given, nil
}

// find returns the argument for the parameter, or nil.
func find(given []*argument, p *operation.Param) *argument {
	for _, a := range given {
		if a.param == p || a.param.Name == p.Name && a.param.In == p.In {
			return a
		}
	}
	return nil
}

func tooMany(op *operation.Operation, params []*operation.Param, words []string) error {
	first := words[len(params)]
	if len(params) == 0 {
		return failure.New(failure.Usage, "%s takes no positional arguments, but %q was given", title(op), first).
			Hintf("positional arguments fill path parameters, and the path %s has none; other parameters are given as -p key=value", op.Path)
	}
	return failure.New(failure.Usage, "%s takes %d positional %s (%s), but %d were given: %q is too many",
		title(op), len(params), plural(len(params), "argument"), strings.Join(names(params), ", "), len(words), first).
		Hintf("quote a value that contains spaces; other parameters are given as -p key=value")
}
