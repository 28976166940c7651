package query

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	jsonata "github.com/blues/jsonata-go"
	"github.com/blues/jsonata-go/jparse"
	"github.com/blues/jsonata-go/jtypes"

	"github.com/epilot-cli/epilot/internal/budget"
)

// bluesEngine is github.com/blues/jsonata-go. It supports neither contexts nor a
// recursion limit; see guard.
type bluesEngine struct {
	// running serializes evaluations, which write to the built-in functions that the
	// process shares.
	running chan struct{}
}

func newBlues() bluesEngine { return bluesEngine{make(chan struct{}, 1)} }

// bluesProgram stores only the source: evaluation modifies the engine's tree.
type bluesProgram struct {
	engine bluesEngine
	source string
}

func (e bluesEngine) Compile(expression string) (Program, error) {
	if err := acceptable(expression); err != nil {
		return nil, err
	}
	if err := checkSignatures(expression); err != nil {
		return nil, err
	}
	if _, err := parsed(expression, bluesSyntax, func() (jparse.Node, error) { return jparse.Parse(expression) }); err != nil {
		return nil, err
	}
	return &bluesProgram{e, expression}, nil
}

func (p *bluesProgram) endsInList() bool { return endsInList(p.source) }

func (p *bluesProgram) Eval(ctx context.Context, input []byte) (Result, error) {
	return p.EvalRow(ctx, nil, input)
}

func (p *bluesProgram) EvalRow(ctx context.Context, row, input []byte) (Result, error) {
	return bounded(ctx, func(ctx context.Context, above *ceiling) (Result, error) {
		select {
		case p.engine.running <- struct{}{}:
			defer func() { <-p.engine.running }()
			return p.eval(ctx, above, row, input)
		case <-ctx.Done():
			return Result{}, ctx.Err()
		}
	})
}

func (p *bluesProgram) eval(ctx context.Context, above *ceiling, row, input []byte) (Result, error) {
	order := &orders{input: input, source: p.source, read: map[uintptr]*recorder{}}
	data, size, err := decode(ctx, input, bluesShaper{order})
	if err != nil {
		return Result{}, err
	}
	variables := map[string]any{}
	if row != nil && usesRow(p.source) {
		if variables[rowVariable], _, err = decode(ctx, row, bluesShaper{order}); err != nil {
			return Result{}, err
		}
	}
	above.reads(size)
	value, err := recovered(func() (any, error) { return p.run(ctx, above, data, variables, order) })
	if errors.Is(err, jsonata.ErrUndefined) {
		return Result{}, nil
	}
	if _, function := value.(jtypes.Callable); function {
		err = errFunction
	}
	to := encoder{order: order.of, budget: budget.Of(ctx)}
	if err == nil {
		err = to.value(value)
	}
	if err != nil {
		return Result{}, bluesRuntime(p.source, err)
	}
	return Result{Defined: true, JSON: to.out}, nil
}

func (p *bluesProgram) run(ctx context.Context, above *ceiling, data any, variables map[string]any, order *orders) (any, error) {
	compiled, err := jsonata.Compile(p.source)
	if err != nil {
		return nil, err
	}
	if err := compiled.RegisterVars(variables); err != nil {
		return nil, err
	}
	order.literals, err = guarded(ctx, above, compiled)
	if err != nil {
		return nil, err
	}
	return compiled.Eval(data)
}

// bluesShaper builds plain maps and doubles, the only values that the engine
// supports, and records the order of each map's members.
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

// identity is valid while the map is reachable, which the recorder ensures.
func identity(object map[string]any) uintptr {
	return reflect.ValueOf(object).Pointer()
}

// number preserves an integer that a double cannot represent: the engine accepts any
// kind of number and passes it through. A number beyond the range of a double stays
// a string.
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

// null returns the value of the engine's null literal: a plain nil means undefined.
func (bluesShaper) null() any { return (*any)(nil) }

// checkSignatures rejects a function signature with an invalid character, which
// would send the parser into an endless loop.
func checkSignatures(source string) error {
	code := bare(source)
	for _, at := range regexp.MustCompile(`(?:function|λ)\s*\([^()]*\)\s*<`).FindAllStringIndex(code, -1) {
		signature, _, _ := strings.Cut(code[at[1]:], "{")
		if odd := strings.Trim(signature, "bnslaofujxp-:?+()<> \t\r\n"); odd != "" {
			index := at[1] + strings.Index(signature, odd)
			return problem{source: source, message: "invalid type signature", at: index}.failure()
		}
	}
	return nil
}

// bluesSyntax converts a syntax error. The engine reports 0 as the position of
// errors that concern a complete path or signature.
func bluesSyntax(source string, err error) error {
	p := problem{source: source, message: err.Error(), at: nowhere}
	var wrong *jparse.Error
	if !errors.As(err, &wrong) {
		return p.failure()
	}
	switch wrong.Type {
	case jparse.ErrUnexpectedToken:
		p.message = "expected " + strconv.Quote(wrong.Hint) + ", got " + strconv.Quote(wrong.Token)
	case jparse.ErrMissingToken:
		p.message = "expected " + strconv.Quote(wrong.Hint)
	}
	if wrong.Position > 0 || wrong.Token != "" {
		p.at = min(wrong.Position, len(source))
	}
	return p.failure()
}

// bluesRuntime converts an evaluation error.
func bluesRuntime(source string, err error) error {
	p := problem{source: source, message: err.Error(), at: likelyPosition(source, err.Error())}
	return p.unless(err)
}

// guardName, textName and insideName are the variables for the guard, the length check
// and the count of what is inside a value. JSONata's own functions have no such names.
const (
	guardName  = "__guard"
	textName   = "__text"
	insideName = "__inside"
)

var errTree = errors.New("this version of the engine hides its syntax tree")

// rewriter inserts guard calls into the tree of an expression of the blues engine,
// wherever the expression may recurse.
type rewriter struct {
	literals [][]string // member names of each object constructor
}

// guarded inserts a guard into a compiled expression, and returns the member names
// of each of its object constructors.
func guarded(ctx context.Context, above *ceiling, compiled *jsonata.Expr) ([][]string, error) {
	root, err := tree(compiled)
	if err != nil {
		return nil, err
	}
	r := &rewriter{}
	r.walk(reflect.ValueOf(root))
	g := &guard{Context: ctx, above: above, period: callPeriod}
	check := func() (bool, error) { return true, g.Err() }
	functions := bluesBounds(ctx)
	functions[guardName] = jsonata.Extension{Func: check}
	return r.literals, compiled.RegisterExts(functions)
}

// tree reads an unexported field. Printing the tree, changing the source and parsing
// it again does not work: the engine cannot parse everything it prints.
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
			v.Set(reflect.ValueOf(measured(applied(node))))
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

// node guards nodes whose evaluation is deferred.
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

// applied rewrites x ~> f(y) as f(x, y), which is equivalent. The engine does so
// too, but again at each evaluation, so that the second call inside a function has
// an extra argument.
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

// measured adds a length check to a & b, since strings that double soon exceed any
// memory, and a count to **, which repeats what lists share.
func measured(node jparse.Node) jparse.Node {
	switch node.(type) {
	case *jparse.StringConcatenationNode:
		return &jparse.FunctionCallNode{Func: &jparse.VariableNode{Name: textName}, Args: []jparse.Node{node}}
	case *jparse.DescendentNode:
		context := &jparse.VariableNode{}
		count := &jparse.FunctionCallNode{Func: &jparse.VariableNode{Name: insideName}, Args: []jparse.Node{context}}
		return &jparse.BlockNode{Exprs: []jparse.Node{count, node}}
	}
	return node
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
