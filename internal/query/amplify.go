package query

import (
	"context"
	"reflect"
	"strings"
	"unicode/utf8"

	jsonata "github.com/blues/jsonata-go"
	"github.com/blues/jsonata-go/jlib"
	"github.com/blues/jsonata-go/jtypes"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// The functions of JSONata that make much of little in one step, which nobody
// can stop, are asked first how large their result is.

// checkResult refuses a result of so many bytes where it is beyond the budget of
// the context.
func checkResult(ctx context.Context, function string, bytes int64) error {
	limit := budget.Of(ctx).Limit()
	if bytes <= limit {
		return nil
	}
	return failure.New(failure.Query, "jsonata: the result of %s takes more memory than the limit of %d MB", function, limit/1_000_000).
		Hintf("narrow the expression, or raise the limit: EPILOT_MAX_MEMORY")
}

// sizeOfPart is what an element of $split takes, set against values, which may
// take four times what text may.
const sizeOfPart = 16 / 4

func replacedSize(text, pattern, by string, most int) int64 {
	if pattern == "" {
		return 0 // refused by the function itself
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

// joinedSize is that of an array of strings. Both engines give one as a slice,
// or a struct that holds one.
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

// bluesBounds are the engine's own functions behind such a question.
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
	}
}

func isNumber(v reflect.Value) bool  { return jtypes.IsNumber(v) }
func isText(v reflect.Value) bool    { return jtypes.IsString(v) }
func isPattern(v reflect.Value) bool { return jtypes.IsString(v) || jtypes.IsCallable(v) }

// lacksText reports whether a call leaves out its first argument, for which the
// context stands then: the others are of these kinds, at least so many of them.
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

// gnataBounds are the checks of the engine's functions, by their names.
func gnataBounds(ctx context.Context) map[string]func(args []any) error {
	text := func(args []any, i int) string {
		if i < len(args) {
			s, _ := args[i].(string)
			return s
		}
		return ""
	}
	return map[string]func(args []any) error{
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
}

// mayAmplify reports whether an expression names one of these functions.
func mayAmplify(source string) bool {
	for _, name := range []string{"$replace", "$join", "$split", "$eval"} {
		if strings.Contains(source, name) {
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

// boundGnata puts the checks before the functions of an environment. These are
// functions that take their arguments as a slice, whatever else they take.
func boundGnata(ctx context.Context, env scope) {
	for name, check := range gnataBounds(ctx) {
		bound, _ := env.Lookup(name)
		original := reflect.ValueOf(bound)
		if original.Kind() != reflect.Func || original.Type().NumIn() == 0 || original.Type().In(0) != reflect.TypeFor[[]any]() {
			continue
		}
		env.Bind(name, reflect.MakeFunc(original.Type(), func(in []reflect.Value) []reflect.Value {
			if err := check(in[0].Interface().([]any)); err != nil {
				return []reflect.Value{reflect.Zero(original.Type().Out(0)), reflect.ValueOf(&err).Elem()}
			}
			return original.Call(in)
		}).Interface())
	}
}
