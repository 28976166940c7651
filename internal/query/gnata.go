package query

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/recolabs/gnata"
)

// gnataEngine is github.com/recolabs/gnata. It asks the context at each node, and
// refuses more than 100 levels of functions itself; transforms have no bound of
// their own, see guard.
type gnataEngine struct{}

type gnataProgram struct {
	source   string
	compiled *gnata.Expression
}

func (gnataEngine) Compile(expression string) (Program, error) {
	if err := acceptable(expression); err != nil {
		return nil, err
	}
	compiled, err := gnataCompile(expression)
	if err != nil {
		return nil, gnataSyntax(expression, err)
	}
	return &gnataProgram{expression, compiled}, nil
}

func gnataCompile(expression string) (*gnata.Expression, error) {
	return recovered(func() (*gnata.Expression, error) { return gnata.Compile(expression) })
}

func (p *gnataProgram) Eval(ctx context.Context, input []byte) (Result, error) {
	return bounded(ctx, func() (Result, error) { return p.eval(ctx, input) })
}

// eval does not use the engine's EvalBytes: its short cuts take invalid JSON,
// and turn 1.10 into 1.1.
func (p *gnataProgram) eval(ctx context.Context, input []byte) (Result, error) {
	shape, err := newGnataShaper()
	if err != nil {
		return Result{}, err
	}
	data, _, err := decode(input, shape)
	if err != nil {
		return Result{}, err
	}
	value, err := recovered(func() (any, error) {
		return p.compiled.Eval(&guard{Context: ctx, period: nodePeriod}, data)
	})
	if err == nil && isGnataFunction(value) {
		err = errFunction
	}
	to := encoder{order: sorted}
	if err == nil && value != nil {
		err = to.value(value)
	}
	if err != nil {
		return Result{}, gnataRuntime(p.source, err)
	}
	return Result{Defined: value != nil, JSON: to.out}, nil
}

func isGnataFunction(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Func:
		return true
	case reflect.Pointer:
		_, object := value.(ranger)
		return !object
	default:
		return false
	}
}

// gnataShaper makes the engine's ordered maps. Their constructor is internal
// to the module; DecodeJSON is not, but it takes three times as long as the
// rest of the work on a large document. So it is only asked for empty maps, a
// batch at a time.
type gnataShaper struct {
	nothing any
	empty   []any
	batch   int
}

var errShape = errors.New("this version of the engine does not decode objects as expected")

func newGnataShaper() (*gnataShaper, error) {
	nothing, err := gnata.DecodeJSON(json.RawMessage("null"))
	return &gnataShaper{nothing: nothing, batch: 8}, err
}

func (s *gnataShaper) object() (any, members, error) {
	if len(s.empty) == 0 {
		if err := s.refill(); err != nil {
			return nil, nil, err
		}
	}
	last := len(s.empty) - 1
	object := s.empty[last]
	s.empty = s.empty[:last]
	into, fits := object.(members)
	if !fits {
		return nil, nil, errShape
	}
	return object, into, nil
}

func (s *gnataShaper) refill() error {
	s.batch = min(2*s.batch, 4096)
	text := bytes.Repeat([]byte("{},"), s.batch)
	text[len(text)-1] = ']'
	made, err := gnata.DecodeJSON(append([]byte{'['}, text...))
	if err != nil {
		return err
	}
	s.empty, _ = made.([]any)
	if len(s.empty) == 0 {
		return errShape
	}
	return nil
}

func (s *gnataShaper) number(text string) any { return json.Number(text) }

func (s *gnataShaper) null() any { return s.nothing }
