package structure

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The limits of docs/architecture.md: packages, structs and functions stay small
// enough to read in one go.
const (
	mostFilesOfCmd    = 20
	mostFiles         = 30
	mostFields        = 15
	mostFunctionLines = 60
	mostScriptLines   = 39 // without the files of the script
)

// tooLarge lists what still exceeds a limit. An entry that is no longer needed fails
// the test, so that the list only shrinks.
var tooLarge = []string{
	"internal/openapi.Operation", "internal/openapi.Schema", // plain data, with parts loaded on demand
}

// TestStructure counts the files of each package, the fields of each struct and the
// lines of each function. It ignores tests, generated files and the fields of plain
// data.
func TestStructure(t *testing.T) {
	t.Parallel()
	found := map[string]string{}
	files := map[string]int{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil || ast.IsGenerated(file) {
			return err
		}
		folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
		files[folder]++
		measure(set, file, func(name, what string) { found[folder+"."+name] = what })
		return nil
	})
	if err != nil || len(files) < 20 {
		t.Fatalf("%d packages, %v", len(files), err)
	}
	for folder, n := range files {
		if n > mostFiles || folder == "cmd" && n > mostFilesOfCmd {
			found[folder] = fmt.Sprintf("%d files", n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !slices.Contains(tooLarge, name) {
			t.Errorf("%s has %s", name, found[name])
		}
	}
	for _, name := range tooLarge {
		if found[name] == "" {
			t.Errorf("%s is within the limits: remove it from the list", name)
		}
	}
}

// TestScriptSize counts the lines of each acceptance script.
func TestScriptSize(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("../acceptance/testdata/script/*.txtar")
	if err != nil || len(scripts) < 100 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		commands, _, _ := strings.Cut(string(text), "\n-- ")
		if n := len(strings.Split(strings.TrimSpace(commands), "\n")); n > mostScriptLines {
			t.Errorf("%s has %d lines", filepath.Base(script), n)
		}
	}
}

// measure reports each struct and function of a file that exceeds its limit.
func measure(set *token.FileSet, file *ast.File, report func(name, what string)) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.TypeSpec:
			if body, isStruct := node.Type.(*ast.StructType); isStruct && !plainData(body) && body.Fields.NumFields() > mostFields {
				report(node.Name.Name, fmt.Sprintf("%d fields", body.Fields.NumFields()))
			}
		case *ast.FuncDecl:
			if lines := set.Position(node.End()).Line - set.Position(node.Pos()).Line + 1; lines > mostFunctionLines {
				report(functionName(node), fmt.Sprintf("%d lines", lines))
			}
		}
		return true
	})
}

// plainData reports whether a struct only contains data: all fields are exported,
// and none is a function.
func plainData(body *ast.StructType) bool {
	for _, field := range body.Fields.List {
		if _, isFunction := field.Type.(*ast.FuncType); isFunction {
			return false
		}
		for _, name := range field.Names {
			if !name.IsExported() {
				return false
			}
		}
	}
	return true
}

func functionName(function *ast.FuncDecl) string {
	if function.Recv == nil {
		return function.Name.Name
	}
	receiver := function.Recv.List[0].Type
	if pointer, isPointer := receiver.(*ast.StarExpr); isPointer {
		receiver = pointer.X
	}
	if name, isName := receiver.(*ast.Ident); isName {
		return name.Name + "." + function.Name.Name
	}
	return function.Name.Name
}
