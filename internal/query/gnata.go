package query

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/recolabs/gnata"

	"github.com/epilot-cli/epilot/internal/budget"
)

// gnataEngine is github.com/recolabs/gnata. It checks the context at each node, and
// itself rejects more than 100 levels of functions; transforms have no limit, see
// guard.
type gnataEngine struct{}

type gnataProgram struct {
	source   string
	compiled *gnata.Expression
}

func (gnataEngine) Compile(expression string) (Program, error) {
	if err := acceptable(expression); err != nil {
		return nil, err
	}
	compiled, err := parsed(expression, gnataSyntax, func() (*gnata.Expression, error) { return gnata.Compile(expression) })
	if err != nil {
		return nil, err
	}
	boundRanges(compiled)
	keepLists(compiled)
	return &gnataProgram{expression, compiled}, nil
}

func gnataCompile(expression string) (*gnata.Expression, error) {
	return recovered(func() (*gnata.Expression, error) { return gnata.Compile(expression) })
}

func (p *gnataProgram) endsInList() bool { return endsInList(p.source) }

func (p *gnataProgram) Eval(ctx context.Context, input []byte) (Result, error) {
	return p.EvalRow(ctx, nil, input)
}

func (p *gnataProgram) EvalRow(ctx context.Context, row, input []byte) (Result, error) {
	return bounded(ctx, func(ctx context.Context, above *ceiling) (Result, error) { return p.eval(ctx, above, row, input) })
}

// eval does not use the engine's EvalBytes: its shortcuts accept invalid JSON, and
// turn 1.10 into 1.1.
func (p *gnataProgram) eval(ctx context.Context, above *ceiling, row, input []byte) (Result, error) {
	shape, err := newGnataShaper()
	if err != nil {
		return Result{}, err
	}
	data, size, err := decode(ctx, input, shape)
	if err != nil {
		return Result{}, err
	}
	variables := map[string]any{}
	if row != nil && usesRow(p.source) {
		if variables[rowVariable], _, err = decode(ctx, row, shape); err != nil {
			return Result{}, err
		}
	}
	above.reads(size)
	value, err := recovered(func() (any, error) {
		within := &guard{Context: ctx, above: above, period: nodePeriod}
		if !mayAmplify(p.source) {
			return p.compiled.EvalWithVars(within, data, variables)
		}
		env := gnata.NewCustomEnv(nil)
		for name, value := range variables {
			env.Bind(name, value)
		}
		boundGnata(within, env)
		return p.compiled.EvalWithCustomFuncs(within, data, env)
	})
	if err == nil && isGnataFunction(value) {
		err = errFunction
	}
	to := encoder{order: sorted, budget: budget.Of(ctx)}
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

// gnataShaper builds the engine's ordered maps. Their constructor is internal to the
// module; DecodeJSON is not, but takes three times as long as the rest of the work
// on a large document. It is therefore only used for empty maps, a batch at a time.
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

// gnataSyntax parses the engine's message for a syntax error,
//
//	JSONata error S0202 at token "]": expected token 13, got 9 ("]")
//
// which has no position; see offending.
func gnataSyntax(source string, err error) error {
	p := problem{source: source, message: err.Error(), at: nowhere}
	text, known := strings.CutPrefix(err.Error(), "JSONata error ")
	if !known || errors.Is(err, errPanic) {
		return p.failure()
	}
	code, token, message := dissect(text)
	p.code, p.message = code, gnataMessage(message)
	p.at = offending(source, token, err.Error())
	return p.failure()
}

// dissect splits `S0202 at token "]": message`, where the token may be missing.
func dissect(text string) (code, token, message string) {
	code, message = coded(text)
	quoted, has := strings.CutPrefix(message, "at token ")
	if !has {
		return code, "", message
	}
	prefix, err := strconv.QuotedPrefix(quoted)
	if err != nil {
		return code, "", message
	}
	token, _ = strconv.Unquote(prefix)
	return code, token, strings.TrimPrefix(quoted[len(prefix):], ": ")
}

// coded splits "T0410: argument 1 …" after the code, if there is one.
func coded(text string) (code, message string) {
	const length = len("T0410")
	if len(text) < length || !strings.Contains("STDU", text[:1]) {
		return "", text
	}
	if _, err := strconv.ParseUint(text[1:length], 10, 32); err != nil {
		return "", text
	}
	return text[:length], strings.TrimLeft(text[length:], ": ")
}

// offending finds the token that a message refers to: a parser reads from left to
// right, so the shortest prefix of the source that fails in the same way ends with
// it.
func offending(source, token, message string) int {
	if token == "EOF" {
		return len(strings.TrimRight(source, " \t\r\n"))
	}
	end := sort.Search(len(source), func(n int) bool {
		_, err := gnataCompile(source[:n])
		return err != nil && err.Error() == message
	})
	before := source[:end]
	_, last := utf8.DecodeLastRuneInString(before)
	switch quoted := len(token) + 2; {
	case token != "" && strings.HasSuffix(before, token):
		return end - len(token)
	case token != "" && end >= quoted && strings.Contains("\"'`", before[end-1:]):
		return end - quoted
	default:
		return end - last
	}
}

// gnataRuntime converts an evaluation error.
func gnataRuntime(source string, err error) error {
	code, message := coded(err.Error())
	p := problem{source: source, message: gnataMessage(message), code: code, at: likelyPosition(source, message)}
	switch code {
	case "T1005":
		p.message = fmt.Sprintf("%[1]s is a field's name, the function is $%[1]s", subjectOf(message))
	case "T1006":
		if name, at, only := soleUnknown(source); only {
			p.message, p.at = "unknown function "+name, at
		}
	case "D3120": // $eval quotes a syntax error
		before, quoted, _ := strings.Cut(message, "JSONata error ")
		_, _, inner := dissect(quoted)
		p.message = before + gnataMessage(inner)
	}
	if p.message == "" {
		p.message = "the expression failed"
	}
	return p.unless(err)
}

// soleUnknown finds the only called name that is neither a built-in function nor
// assigned in the expression.
func soleUnknown(source string) (name string, at int, only bool) {
	names := map[string]int{}
	for _, c := range calls(source) {
		if gnataLacks(c.name) && !assigned(source, c.name) {
			names[c.name] = c.at
			name, at = c.name, c.at
		}
	}
	return name, at, len(names) == 1
}

func gnataLacks(name string) bool {
	compiled, err := gnataCompile(fmt.Sprintf("$exists(%s)", name))
	if err != nil {
		return false
	}
	known, err := compiled.Eval(context.Background(), nil)
	return err == nil && known == false
}

// gnataMessage replaces engine internals in a message: token numbers and Go type
// names.
func gnataMessage(message string) string {
	if rest, is := strings.CutPrefix(message, "expected token "); is {
		number, _, _ := strings.Cut(rest, ",")
		return "expected " + gnataToken(number)
	}
	if rest, is := strings.CutPrefix(message, "expected "); is {
		symbol, rest, _ := strings.Cut(rest, " ")
		if len(symbol) == 1 {
			rest = strings.TrimPrefix(rest, "before end of expression")
			return strings.TrimRight(fmt.Sprintf("expected %q %s", symbol, rest), " ")
		}
	}
	return strings.NewReplacer(
		"*evaluator.OrderedMap", "an object", "map[string]interface {}", "an object",
		"[]interface {}", "an array", "*evaluator.Sequence", "an array",
		"json.Number", "a number", "float64", "a number",
		"got bool", "got a boolean", "got string", "got a string",
		"evaluator.jsonNullType", "null", "<nil>", "nothing",
		"*evaluator.SignedBuiltin", "a function", "evaluator.EnvAwareBuiltin", "a function",
		"evaluator.BuiltinFunction", "a function", "*evaluator.Lambda", "a function",
	).Replace(message)
}

// gnataToken returns the symbol for a number of the engine's token types, for those
// that its parser expects by number.
func gnataToken(number string) string {
	symbols := map[string]string{
		"8": "[", "9": "]", "10": "{", "11": "}", "12": "(", "13": ")", "18": ":", "25": "|",
	}
	if symbol, known := symbols[number]; known {
		return strconv.Quote(symbol)
	}
	return "another symbol"
}
