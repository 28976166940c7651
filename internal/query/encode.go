package query

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// maxDepth limits the nesting of a result: an expression may build what the decoder
// would have rejected.
const maxDepth = 20_000

var (
	errDeep   = errors.New("the result is nested too deeply")
	errNumber = errors.New("the result holds a number that JSON cannot: infinity or not a number")
)

// ranger is an object that remembers the order of its members.
type ranger interface {
	Range(visit func(name string, value any) bool)
}

// encoder writes values as compact JSON, escaping only what JSON requires.
type encoder struct {
	out    []byte
	depth  int
	order  func(object map[string]any) []string // order of the members of a plain map
	budget budget.Budget                        // of the text: a value that occurs often is written as often
}

const small = 1 << 20 // bytes of a result, below every limit

func (e *encoder) value(v any) error {
	if len(e.out) > small && int64(len(e.out)) > e.budget.Limit() {
		return failure.New(failure.Query, "jsonata: the result takes more memory than the limit of %d MB", e.budget.Limit()/1_000_000).
			Hintf("narrow the expression, or raise the limit: EPILOT_MAX_MEMORY")
	}
	switch v := v.(type) {
	case nil:
		e.out = append(e.out, "null"...)
	case bool:
		e.out = strconv.AppendBool(e.out, v)
	case string:
		e.text(v)
	case json.Number:
		e.out = append(e.out, v...)
	case float64:
		return e.number(v)
	case []any:
		return e.array(v)
	case map[string]any:
		return e.plain(v)
	case ranger:
		return e.object(v.Range)
	default:
		return e.other(v)
	}
	return nil
}

// text writes a string. The ignored error reports invalid UTF-8, which AppendQuote
// has then replaced.
func (e *encoder) text(s string) {
	e.out, _ = jsontext.AppendQuote(e.out, s)
}

// number writes a double as JavaScript does (ECMA-262, Number::toString).
func (e *encoder) number(f float64) error {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return errNumber
	}
	text, err := json.Marshal(f)
	e.out = append(e.out, text...)
	return err
}

func (e *encoder) array(items []any) error {
	return e.nested('[', ']', func() error {
		for i, item := range items {
			if i > 0 {
				e.out = append(e.out, ',')
			}
			if err := e.value(item); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *encoder) plain(object map[string]any) error {
	return e.object(func(visit func(string, any) bool) {
		for _, name := range e.order(object) {
			if !visit(name, object[name]) {
				return
			}
		}
	})
}

func (e *encoder) object(each func(func(string, any) bool)) error {
	return e.nested('{', '}', func() (err error) {
		first := true
		each(func(name string, value any) bool {
			if !first {
				e.out = append(e.out, ',')
			}
			first = false
			e.text(name)
			e.out = append(e.out, ':')
			err = e.value(value)
			return err == nil
		})
		return err
	})
}

func (e *encoder) nested(open, end byte, inside func() error) error {
	if e.depth++; e.depth > maxDepth {
		return errDeep
	}
	e.out = append(e.out, open)
	err := inside()
	e.out = append(e.out, end)
	e.depth--
	return err
}

// other writes engine values other than the types of encoding/json: typed slices and
// integers, its own null, and functions, which are "" as in $string.
func (e *encoder) other(v any) error {
	if own, writes := v.(json.Marshaler); writes {
		text, err := own.MarshalJSON()
		e.out = append(e.out, text...)
		return err
	}
	value := reflect.ValueOf(v)
	switch value.Kind() {
	case reflect.Slice:
		items := make([]any, value.Len())
		for i := range items {
			items[i] = value.Index(i).Interface()
		}
		return e.array(items)
	case reflect.Int, reflect.Int64:
		e.out = strconv.AppendInt(e.out, value.Int(), 10)
	case reflect.Uint64:
		e.out = strconv.AppendUint(e.out, value.Uint(), 10)
	case reflect.Pointer:
		return e.pointer(value)
	default:
		e.text("")
	}
	return nil
}

func (e *encoder) pointer(value reflect.Value) error {
	switch {
	case value.IsNil():
		return e.value(nil)
	case value.Elem().Kind() == reflect.Struct:
		e.text("")
		return nil
	default:
		return e.value(value.Elem().Interface())
	}
}

func sorted(object map[string]any) []string {
	return slices.Sorted(maps.Keys(object))
}

// orders restores the order of members in plain maps. It has three sources, in this
// order: the input, for an object that was only passed through; an object
// constructor of the expression that names all the members; the first appearance of
// each name in the input, as a name or a value, and then in the expression.
//
// The engine lists the members of a map ($keys, $each, $spread, * and **) in random
// order; that cannot be fixed from outside.
type orders struct {
	input    []byte
	source   string
	literals [][]string
	read     map[uintptr]*recorder
	seen     map[string]int // created on first use
}

func (o *orders) of(object map[string]any) []string {
	if len(object) < 2 {
		return sorted(object)
	}
	if read, known := o.read[identity(object)]; known && len(read.names) == len(object) {
		return read.names
	}
	for _, names := range o.literals {
		if holdsAll(names, object) {
			return present(names, object)
		}
	}
	return o.byAppearance(object)
}

func holdsAll(names []string, object map[string]any) bool {
	for name := range object {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

func present(names []string, object map[string]any) []string {
	kept := make([]string, 0, len(object))
	for _, name := range names {
		if _, has := object[name]; has && !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept
}

func (o *orders) byAppearance(object map[string]any) []string {
	if o.seen == nil {
		o.seen = appearances(o.input)
	}
	rank := func(name string) int {
		if at, seen := o.seen[name]; seen {
			return at
		}
		if at := strings.Index(o.source, name); at >= 0 {
			return len(o.seen) + at
		}
		return len(o.seen) + len(o.source)
	}
	names := sorted(object)
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// appearances numbers the strings and numbers of a JSON text. The text is then read
// twice, which happens less often than a document too large to record.
func appearances(input []byte) map[string]int {
	seen := map[string]int{}
	from := tokens(input)
	for {
		token, err := from.ReadToken()
		if err != nil {
			return seen
		}
		if kind := token.Kind(); kind != '"' && kind != '0' {
			continue
		}
		if text := token.String(); seen[text] == 0 {
			seen[text] = len(seen) + 1
		}
	}
}
