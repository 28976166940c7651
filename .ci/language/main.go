// Command language writes the texts of the program's source into a folder, for
// Vale to read: a file for each Go file, in which each string of several words
// has the line that it has in the source, and one for each file of descriptions.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: language <folder> <source>…")
		os.Exit(2)
	}
	for _, source := range os.Args[2:] {
		if err := filepath.WalkDir(source, visitor(os.Args[1])); err != nil {
			fmt.Fprintln(os.Stderr, "language:", err)
			os.Exit(1)
		}
	}
}

// visitor writes the texts of each Go file that is part of the program: tests,
// their helpers and generators print nothing that a user reads.
func visitor(folder string) fs.WalkDirFunc {
	return func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "generate" || entry.Name() == "testdata" || strings.HasSuffix(entry.Name(), "test")):
			return filepath.SkipDir
		case entry.IsDir() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		read, ok := map[string]func(string) ([]string, error){".go": texts, ".txt": descriptions}[filepath.Ext(path)]
		if !ok {
			return nil
		}
		lines, err := read(path)
		if err != nil || len(lines) == 0 {
			return err
		}
		to := filepath.Join(folder, path+".md")
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
	}
}

// descriptions returns the texts of a file of internal/catalog/lines or
// descriptions, which come after a tab, each at the index of its line; none for
// any other file. Examples are no prose.
func descriptions(path string) ([]string, error) {
	folder := filepath.Base(filepath.Dir(path))
	if folder != "lines" && folder != "descriptions" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(content)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(name, "example ") {
			text = ""
		}
		lines = append(lines, text+".")
	}
	return lines, nil
}

// severalWords tells prose from names, paths and formats.
var severalWords = regexp.MustCompile(`[A-Za-z]{2,}[,:;]? [A-Za-z]{2,}`)

// texts returns the strings of a file, each at the index of its line. A full
// stop ends each, so that Vale does not read two of them as one sentence.
func texts(path string) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var lines []string
	ast.Inspect(file, func(n ast.Node) bool {
		literal, isLiteral := n.(*ast.BasicLit)
		if !isLiteral || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil || !severalWords.MatchString(text) {
			return true
		}
		text = strings.Join(strings.Fields(strings.ReplaceAll(text, "`", "")), " ")
		line := files.Position(literal.Pos()).Line
		for len(lines) < line {
			lines = append(lines, "")
		}
		lines[line-1] += strings.TrimRight(text, ".") + ". "
		return true
	})
	return lines, nil
}
