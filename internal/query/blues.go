package query

import (
	"context"
	"errors"
	"reflect"
	"strconv"

	jsonata "github.com/blues/jsonata-go"
	"github.com/blues/jsonata-go/jparse"
	"github.com/blues/jsonata-go/jtypes"
)

// bluesEngine is github.com/blues/jsonata-go. It knows no context and no bound
// on recursion; see guard.
type bluesEngine struct{}

// bluesProgram holds only the text: evaluating changes the engine's tree.
type bluesProgram struct{ source string }

// bluesTurn lets one expression run at a time. The engine's built-in functions
// are one set for the whole process, and a call writes to them.
var bluesTurn = make(chan struct{}, 1)

func (bluesEngine) Compile(expression string) (Program, error) {
	if err := acceptable(expression); err != nil {
		return nil, err
	}
	_, err := recovered(func() (jparse.Node, error) { return jparse.Parse(expression) })
	if err != nil {
		return nil, bluesSyntax(expression, err)
	}
	return &bluesProgram{expression}, nil
}

func (p *bluesProgram) Eval(ctx context.Context, input []byte) (Result, error) {
	return bounded(ctx, func() (Result, error) {
		select {
		case bluesTurn <- struct{}{}:
			defer func() { <-bluesTurn }()
			return p.eval(ctx, input)
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
	})
}

func (p *bluesProgram) eval(ctx context.Context, input []byte) (Result, error) {
	order := &orders{input: input, source: p.source, read: map[uintptr]*recorder{}}
	data, _, err := decode(input, bluesShaper{order})
	if err != nil {
		return Result{}, err
	}
	value, err := recovered(func() (any, error) { return p.run(ctx, data, order) })
	if errors.Is(err, jsonata.ErrUndefined) {
		return Result{}, nil
	}
	if _, function := value.(jtypes.Callable); function {
		err = errFunction
	}
	to := encoder{order: order.of}
	if err == nil {
		err = to.value(value)
	}
	if err != nil {
		return Result{}, bluesRuntime(p.source, err)
	}
	return Result{Defined: true, JSON: to.out}, nil
}

func (p *bluesProgram) run(ctx context.Context, data any, order *orders) (any, error) {
	compiled, err := jsonata.Compile(p.source)
	if err != nil {
		return nil, err
	}
	order.literals, err = guarded(ctx, compiled)
	if err != nil {
		return nil, err
	}
	return compiled.Eval(data)
}

// bluesShaper makes plain maps and doubles, the only values that the engine
// knows, and notes the order of each map's members.
type bluesShaper struct{ order *orders }

type recorder struct {
	object map[string]any
	names  []string
}

func (s bluesShaper) object() (any, members, error) {
	r := &recorder{object: map[string]any{}}
	s.order.read[identity(r.object)] = r
	return r.object, r, nil
}

func (r *recorder) Set(name string, value any) {
	if _, again := r.object[name]; !again {
		r.names = append(r.names, name)
	}
	r.object[name] = value
}

// identity is good for as long as the map lives, which the recorder sees to.
func identity(object map[string]any) uintptr {
	return reflect.ValueOf(object).Pointer()
}

// number keeps a whole number that a double cannot hold: the engine takes any
// kind of number, and passes it on as it is. What no double can hold stays
// text for want of a better value.
func (bluesShaper) number(text string) any {
	double, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil && !exact(whole) {
		return whole
	}
	if whole, err := strconv.ParseUint(text, 10, 64); err == nil && whole > 1<<63 {
		return whole
	}
	return double
}

func exact(whole int64) bool {
	const limit = 1 << 53
	return -limit <= whole && whole <= limit
}

// null is what the engine's own null literal evaluates to: it takes a plain
// nil for undefined.
func (bluesShaper) null() any { return (*any)(nil) }
