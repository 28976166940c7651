package query

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds the nesting of a result: an expression may build what the
// decoder would have refused.
const maxDepth = 20_000

var (
	errDeep   = errors.New("the result is nested too deeply")
	errNumber = errors.New("the result holds a number that JSON cannot: infinity or not a number")
)

// ranger is an object that remembers the order of its members.
type ranger interface {
	Range(visit func(name string, value any) bool)
}

// encoder writes values as compact JSON text, with nothing escaped that JSON
// does not ask for.
type encoder struct {
	out   []byte
	depth int
	order func(object map[string]any) []string // of the members of a plain map
}

func (e *encoder) value(v any) error {
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

// text writes a string. The error that is dropped is about invalid UTF-8,
// which AppendQuote has then replaced.
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

// other writes what an engine makes besides the types of encoding/json: typed
// slices and integers, its own null, and functions, which are "" as in $string.
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
