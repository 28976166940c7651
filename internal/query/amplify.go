package query

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"

	jsonata "github.com/blues/jsonata-go"
	"github.com/blues/jsonata-go/jlib"
	"github.com/blues/jsonata-go/jtypes"
	"github.com/recolabs/gnata"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// JSONata functions that can produce a huge result in one uninterruptible step are
// checked for the size of their result before they run.

// checkResult rejects a result of so many bytes if it exceeds the budget of the
// context.
func checkResult(ctx context.Context, function string, bytes int64) error {
	limit := budget.Of(ctx).Limit()
	if bytes <= limit {
		return nil
	}
	return failure.New(failure.Query, "jsonata: the result of %s takes more memory than the limit of %d MB", function, limit/1_000_000).
		Hintf("narrow the expression, or raise the limit: EPILOT_MAX_MEMORY")
}

// sizeOfPart is the memory of an element of $split in the accounting of values,
// which may use four times as much as text.
const sizeOfPart = 16 / 4

func replacedSize(text, pattern, by string, most int) int64 {
	if pattern == "" {
		return 0 // rejected by the function itself
	}
	count := strings.Count(text, pattern)
	if most >= 0 {
		count = min(count, most)
	}
	return int64(len(text)) + int64(count)*int64(len(by))
}

func splitSize(text, separator string) int64 {
	if separator == "" {
		return sizeOfPart * int64(utf8.RuneCountInString(text))
	}
	return sizeOfPart * int64(strings.Count(text, separator))
}

// joinedSize returns the joined length of an array of strings. Both engines pass a
// slice or a struct that contains one.
func joinedSize(list reflect.Value, separator string) int64 {
	for list.Kind() == reflect.Interface || list.Kind() == reflect.Pointer {
		list = list.Elem()
	}
	if list.Kind() == reflect.Struct {
		list = list.FieldByName("Values")
	}
	if list.Kind() != reflect.Slice {
		return 0
	}
	size := int64(list.Len()) * int64(len(separator))
	for i := range list.Len() {
		item := list.Index(i)
		if item.Kind() == reflect.Interface {
			item = item.Elem()
		}
		if item.Kind() == reflect.String {
			size += int64(item.Len())
		}
	}
	return size
}

// countInside returns how many values, lists and objects are in a value at any depth,
// for each place where they stand, or a number above most as soon as there are more:
// values that share lists may have any number.
func countInside(v reflect.Value, most int64) int64 {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	count := int64(1)
	switch v.Kind() {
	case reflect.Slice:
		for i := 0; i < v.Len() && count <= most; i++ {
			count += countInside(v.Index(i), most-count)
		}
	case reflect.Map:
		for members := v.MapRange(); count <= most && members.Next(); {
			count += countInside(members.Value(), most-count)
		}
	}
	return count
}

// bluesBounds returns the engine's own functions, preceded by the size check.
func bluesBounds(ctx context.Context) map[string]jsonata.Extension {
	text := func(v jlib.StringCallable) string { s, _ := jtypes.AsString(reflect.Value(v)); return s }
	checked := func(name string, size int64, call func() (string, error)) (string, error) {
		if err := checkResult(ctx, name, size); err != nil {
			return "", err
		}
		return call()
	}
	return map[string]jsonata.Extension{
		"pad": {Func: func(s string, width int, chars jtypes.OptionalString) (string, error) {
			size := int64(max(width, -width)) * int64(max(1, len(chars.String)))
			return checked("$pad", size, func() (string, error) { return jlib.Pad(s, width, chars), nil })
		}, UndefinedHandler: jtypes.ArgUndefined(0), EvalContextHandler: lacksText(1, isNumber, isText)},
		"replace": {Func: func(s string, pattern, by jlib.StringCallable, most jtypes.OptionalInt) (string, error) {
			times := -1
			if most.IsSet() {
				times = most.Int
			}
			return checked("$replace", replacedSize(s, text(pattern), text(by), times), func() (string, error) {
				return jlib.Replace(s, pattern, by, most)
			})
		}, UndefinedHandler: jtypes.ArgUndefined(0), EvalContextHandler: lacksText(2, isPattern, isPattern, isNumber)},
		"join": {Func: func(list reflect.Value, separator jtypes.OptionalString) (string, error) {
			return checked("$join", joinedSize(list, separator.String), func() (string, error) { return jlib.Join(list, separator) })
		}, UndefinedHandler: jtypes.ArgUndefined(0)},
		"split": {Func: func(s string, separator jlib.StringCallable, most jtypes.OptionalInt) ([]string, error) {
			if isText(reflect.Value(separator)) {
				if err := checkResult(ctx, "$split", splitSize(s, text(separator))); err != nil {
					return nil, err
				}
			}
			return jlib.Split(s, separator, most)
		}, UndefinedHandler: jtypes.ArgUndefined(0), EvalContextHandler: lacksText(1, isPattern, isNumber)},
		textName: {Func: func(v reflect.Value) (any, error) {
			s, _ := jtypes.AsString(v)
			return s, checkResult(ctx, "&", int64(len(s)))
		}},
		insideName: {Func: func(v reflect.Value) (bool, error) {
			return true, checkResult(ctx, "**", sizeOfPart*countInside(v, budget.Of(ctx).Limit()/sizeOfPart))
		}, UndefinedHandler: jtypes.ArgUndefined(0)},
	}
}

func isNumber(v reflect.Value) bool  { return jtypes.IsNumber(v) }
func isText(v reflect.Value) bool    { return jtypes.IsString(v) }
func isPattern(v reflect.Value) bool { return jtypes.IsString(v) || jtypes.IsCallable(v) }

// lacksText reports whether a call omits its first argument, so that the context is
// used: the others, at least so many, are of these kinds.
func lacksText(least int, kinds ...func(reflect.Value) bool) jtypes.ArgHandler {
	return func(args []reflect.Value) bool {
		if len(args) < least || len(args) > len(kinds) {
			return false
		}
		for i, arg := range args {
			if !kinds[i](arg) {
				return false
			}
		}
		return true
	}
}

// gnataBounds returns the checks of the engine's functions by name.
func gnataBounds(ctx context.Context) map[string]func(args []any) error {
	text := func(args []any, i int) string {
		if i < len(args) {
			s, _ := args[i].(string)
			return s
		}
		return ""
	}
	checks := map[string]func(args []any) error{
		"replace": func(args []any) error {
			most := -1
			if len(args) > 3 {
				if n, is := args[3].(float64); is {
					most = int(n)
				}
			}
			return checkResult(ctx, "$replace", replacedSize(text(args, 0), text(args, 1), text(args, 2), most))
		},
		"join": func(args []any) error {
			if len(args) == 0 {
				return nil
			}
			return checkResult(ctx, "$join", joinedSize(reflect.ValueOf(args[0]), text(args, 1)))
		},
		"split": func(args []any) error {
			if len(args) < 2 {
				return nil
			}
			if _, is := args[1].(string); !is {
				return nil
			}
			return checkResult(ctx, "$split", splitSize(text(args, 0), text(args, 1)))
		},
	}
	for name, times := range copies {
		checks[name] = func(args []any) error { return checkResult(ctx, "$"+name, times*copiedSize(args)) }
	}
	return checks
}

// copies is how many times the size of its arguments a function of the gnata engine
// takes in one step, at least: an array of runes takes four bytes for each character,
// a character of a URL nine.
var copies = map[string]int64{
	"substring": 4, "pad": 4, "base64encode": 3, "base64decode": 3, "encodeUrl": 9, "encodeUrlComponent": 9,
	"formatNumber": 16, "formatInteger": 16, "parseInteger": 16, "fromMillis": 16, "toMillis": 16, "error": 4,
}

func copiedSize(args []any) (size int64) {
	for _, arg := range args {
		if text, is := arg.(string); is {
			size += int64(len(text))
		}
	}
	return size
}

// mayAmplify reports whether an expression may use a range or one of these functions.
func mayAmplify(source string) bool {
	for _, name := range []string{"..", "$replace", "$join", "$split", "$eval"} {
		if strings.Contains(source, name) {
			return true
		}
	}
	for name := range copies {
		if strings.Contains(source, "$"+name) {
			return true
		}
	}
	return false
}

// scope is the engine's environment, whose type is internal to its module.
type scope interface {
	Lookup(name string) (any, bool)
	Bind(name string, value any)
}

// boundGnata adds the checks to the functions of an environment. They take their
// arguments as a slice, among other parameters.
func boundGnata(ctx context.Context, env scope) {
	for name, check := range gnataBounds(ctx) {
		bound, _ := env.Lookup(name)
		original := reflect.ValueOf(bound)
		if original.Kind() != reflect.Func || original.Type().NumIn() == 0 || original.Type().In(0) != reflect.TypeFor[[]any]() {
			continue
		}
		env.Bind(name, reflect.MakeFunc(original.Type(), func(in []reflect.Value) []reflect.Value {
			if err := check(in[0].Interface().([]any)); err != nil {
				return results(original, nil, err)
			}
			return original.Call(in)
		}).Interface())
	}
	if plain, _ := env.Lookup("count"); plain != nil {
		like := reflect.ValueOf(plain)
		env.Bind(rangeName, reflect.MakeFunc(like.Type(), func(in []reflect.Value) []reflect.Value {
			args := in[0].Interface().([]any)
			return results(like, args[1], checkRange(ctx, args[0], args[1]))
		}).Interface())
	}
	boundEval(ctx, env)
}

// results returns what a function of the engine returns.
func results(function reflect.Value, value any, err error) []reflect.Value {
	out := reflect.New(function.Type().Out(0)).Elem()
	if value != nil {
		out.Set(reflect.ValueOf(value))
	}
	return []reflect.Value{out, reflect.ValueOf(&err).Elem()}
}

// rangeName is the variable for the check of a range. JSONata's own functions have no
// such name.
const rangeName = "__range"

// checkRange rejects a range of too many numbers, which the engine makes in one step.
func checkRange(ctx context.Context, from, to any) error {
	low, fits := number(from)
	high, fit := number(to)
	const most, size = 10_000_000, 16 // the engine's own limit, and the bytes of a number in a list
	if !fits || !fit || high < low || high-low >= most {
		return nil // the engine's own error, or nothing
	}
	return checkResult(ctx, "..", int64(high-low)*size)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	}
	return 0, false
}

// boundRanges rewrites a..b as a..$__range(a, b), whose value is b.
func boundRanges(compiled *gnata.Expression) {
	walkGnata(compiled, func(node reflect.Value, _ bool) {
		if node.FieldByName("Type").String() == "binary" && node.FieldByName("Value").String() == ".." {
			boundRange(node)
		}
	})
}

func boundRange(node reflect.Value) {
	made := func(kind string) reflect.Value {
		n := reflect.New(node.Type())
		n.Elem().FieldByName("Type").SetString(kind)
		return n
	}
	procedure, call := made("variable"), made("function")
	procedure.Elem().FieldByName("Value").SetString(rangeName)
	call.Elem().FieldByName("Procedure").Set(procedure)
	ends := call.Elem().FieldByName("Arguments")
	ends.Set(reflect.Append(ends, node.FieldByName("Left"), node.FieldByName("Right")))
	node.FieldByName("Right").Set(call)
}

// boundEval gives $eval the check of ranges: its text is parsed by the engine.
func boundEval(ctx context.Context, env scope) {
	bound, _ := env.Lookup("eval")
	original, within := reflect.ValueOf(bound), reflect.ValueOf((*gnata.Expression).EvalWithCustomFuncs)
	if original.Kind() != reflect.Func || original.Type().NumIn() != 3 || original.Type().In(2) != within.Type().In(3) {
		return
	}
	env.Bind("eval", reflect.MakeFunc(original.Type(), func(in []reflect.Value) []reflect.Value {
		args := in[0].Interface().([]any)
		if len(args) == 0 {
			return original.Call(in)
		}
		text, _ := args[0].(string)
		if !strings.Contains(text, "..") {
			return original.Call(in)
		}
		compiled, err := gnata.Compile(text)
		if err != nil {
			return original.Call(in) // the engine's error
		}
		boundRanges(compiled)
		focus := in[1]
		if len(args) > 1 && args[1] != nil {
			focus = reflect.ValueOf(args[1])
		}
		return within.Call([]reflect.Value{reflect.ValueOf(compiled), reflect.ValueOf(&ctx).Elem(), focus, in[2]})
	}).Interface())
}
