package query

import (
	"context"
	"errors"
	"reflect"

	jsonata "github.com/blues/jsonata-go"
	"github.com/blues/jsonata-go/jparse"
)

// guardName is the variable that the guard is called by. JSONata's own
// functions have no such names.
const guardName = "__guard"

var errTree = errors.New("this version of the engine hides its syntax tree")

// rewriter puts calls of a guard into the tree of an expression of the blues
// engine, wherever the expression may come back to itself.
type rewriter struct {
	literals [][]string // the member names of each object constructor
}

// guarded puts a guard into a compiled expression, and returns the member names
// of each of its object constructors.
func guarded(ctx context.Context, compiled *jsonata.Expr) ([][]string, error) {
	root, err := tree(compiled)
	if err != nil {
		return nil, err
	}
	r := &rewriter{}
	r.walk(reflect.ValueOf(root))
	g := &guard{Context: ctx, period: callPeriod}
	check := func() (bool, error) { return true, g.Err() }
	err = compiled.RegisterExts(map[string]jsonata.Extension{guardName: {Func: check}})
	return r.literals, err
}

// tree reads an unexported field. The alternative, to print the tree, change
// the text and parse it again, fails: what the engine prints it cannot always
// read.
func tree(compiled *jsonata.Expr) (jparse.Node, error) {
	field := reflect.ValueOf(compiled).Elem().FieldByName("node")
	if field.Kind() != reflect.Interface || field.Elem().Kind() != reflect.Pointer {
		return nil, errTree
	}
	at := field.Elem()
	node, is := reflect.NewAt(at.Type().Elem(), at.UnsafePointer()).Interface().(jparse.Node)
	if !is {
		return nil, errTree
	}
	return node, nil
}

// walk visits every node below v, children first.
func (r *rewriter) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		r.walk(v.Elem())
		if node, is := v.Interface().(jparse.Node); is && v.CanSet() {
			v.Set(reflect.ValueOf(applied(node)))
		}
	case reflect.Pointer:
		r.walk(v.Elem())
		if v.CanInterface() {
			r.node(v.Interface())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				r.walk(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			r.walk(v.Index(i))
		}
	}
}

// node guards what is evaluated later than it is met.
func (r *rewriter) node(node any) {
	switch n := node.(type) {
	case *jparse.LambdaNode:
		n.Body = watched(n.Body)
	case *jparse.ObjectTransformationNode:
		n.Pattern = watched(n.Pattern)
	case *jparse.PartialNode:
		for i, argument := range n.Args {
			if _, open := argument.(*jparse.PlaceholderNode); !open {
				n.Args[i] = watched(argument)
			}
		}
	case *jparse.ObjectNode:
		r.literals = append(r.literals, literalNames(n))
	}
}

func watched(node jparse.Node) jparse.Node {
	call := &jparse.FunctionCallNode{Func: &jparse.VariableNode{Name: guardName}}
	return &jparse.BlockNode{Exprs: []jparse.Node{call, node}}
}

// applied turns x ~> f(y) into f(x, y), which means the same. The engine does
// so too, but again at each evaluation, so that the second call inside a
// function has one argument too many.
func applied(node jparse.Node) jparse.Node {
	application, is := node.(*jparse.FunctionApplicationNode)
	if !is {
		return node
	}
	call, is := application.RHS.(*jparse.FunctionCallNode)
	if !is {
		return node
	}
	arguments := append([]jparse.Node{application.LHS}, call.Args...)
	return &jparse.FunctionCallNode{Func: call.Func, Args: arguments}
}

func literalNames(n *jparse.ObjectNode) []string {
	var names []string
	for _, pair := range n.Pairs {
		if key, literal := pair[0].(*jparse.StringNode); literal {
			names = append(names, key.Value)
		}
	}
	return names
}
