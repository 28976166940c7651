package query

import (
	"reflect"

	"github.com/recolabs/gnata"
)

// walkGnata visits the nodes in the tree of an expression, children first. step is
// true for a step of a path, and for the list of a filter or index. The tree's type is
// internal to the engine's module; nothing is visited if it has changed.
func walkGnata(compiled *gnata.Expression, visit func(node reflect.Value, step bool)) {
	field := reflect.ValueOf(compiled).Elem().FieldByName("ast")
	if field.Kind() != reflect.Pointer || field.Type().Elem().Kind() != reflect.Struct {
		return
	}
	node := field.Type().Elem()
	seen := map[reflect.Value]bool{}
	var walk func(v reflect.Value, step bool)
	walk = func(v reflect.Value, step bool) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() && !seen[v] {
				seen[v] = true
				walk(v.Elem(), step)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				name := v.Type().Field(i).Name
				walk(v.Field(i), name == "Steps" || name == "Left" && v.FieldByName("Value").String() == "[")
			}
			if v.Type() == node {
				visit(v, step)
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i), step)
			}
		}
	}
	walk(reflect.NewAt(node, field.UnsafePointer()), false)
}

// keepLists rewrites a name that ends in [] as a path of one step: the engine makes a
// list of a single value only at the end of a path.
func keepLists(compiled *gnata.Expression) {
	walkGnata(compiled, func(node reflect.Value, step bool) {
		if step || node.FieldByName("Type").String() != "name" || !node.FieldByName("KeepArray").Bool() || !node.FieldByName("Group").IsNil() {
			return
		}
		name := reflect.New(node.Type())
		name.Elem().Set(node)
		node.SetZero()
		node.FieldByName("Type").SetString("path")
		node.FieldByName("KeepSingletonArray").SetBool(true)
		steps := node.FieldByName("Steps")
		steps.Set(reflect.Append(steps, name))
	})
}
