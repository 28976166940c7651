package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/query"
)

// TestPagesWork checks on every page that each operation has a section, each link
// has a target, and each command line can be pasted.
func TestPagesWork(t *testing.T) {
	t.Parallel()
	embedded := catalog.New(catalog.Options{})
	for _, name := range embedded.Names() {
		api, err := embedded.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := os.ReadFile(filepath.Join(reference, name+".md"))
			if err != nil {
				t.Fatal(err)
			}
			checkLinks(t, string(page))
			checkSections(t, api, string(page))
		})
	}
}

// checkLinks checks that every link points to a different, existing heading. It
// computes GitHub's anchors independently, in the simplest way.
func checkLinks(t *testing.T, page string) {
	t.Helper()
	outside := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(page, "")
	headings := map[string]int{}
	for _, match := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(outside, -1) {
		title := strings.ReplaceAll(strings.ToLower(match[1]), " ", "-")
		headings[regexp.MustCompile(`[^\pL\pN_-]`).ReplaceAllString(title, "")]++
	}
	linked := map[string]bool{}
	for _, match := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(outside, -1) {
		base, _, _ := strings.Cut(match[1], "-")
		if headings[match[1]] != 1 && headings[base] < 2 || linked[match[1]] {
			t.Errorf("the link #%s leads to no heading, or to that of another", match[1])
		}
		linked[match[1]] = true
	}
}

func checkSections(t *testing.T, api *openapi.API, page string) {
	t.Helper()
	sections := map[string]string{}
	for _, section := range strings.Split(page, "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		sections[strings.ReplaceAll(title, `\`, "")] = text
	}
	for _, op := range api.Operations {
		text := sections[op.ID]
		if !strings.Contains(text, "`"+op.Method+" "+op.Path+"`") || !strings.Contains(text, "**Sample call**") {
			t.Errorf("%s is not described", op.ID)
		}
		sample := append(fenced(text, "json"), "")[0]
		if strings.HasSuffix(sample, "\n…") {
			sample = schema.SampleWith(openapi.JSON(op.Load().Success().Contents).Schema, schema.SampleOptions{Direction: schema.Response, Full: true, Own: true})
		}
		for _, block := range fenced(text, "sh") {
			checkCall(t, api, op.Load(), block, sample)
		}
	}
}

// fenced returns the code blocks in the given language.
func fenced(text, language string) []string {
	var blocks []string
	for _, part := range strings.Split(text, "\n```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(part, "\n```\n")
		blocks = append(blocks, block)
	}
	return blocks
}

// checkCall checks that the program accepts a command line.
func checkCall(t *testing.T, api *openapi.API, op *openapi.Operation, line, sample string) {
	t.Helper()
	words := split(line)
	if len(words) < 3 || words[0] != "epilot" || words[1] != api.Name || words[2] != op.ID {
		t.Errorf("%s: the call is %q", op.ID, line)
		return
	}
	if _, err := params.Build(op, readWords(t, op, words[3:], sample)); err != nil {
		t.Errorf("%s: %s: %v", op.ID, line, err)
	}
}

// readWords parses the arguments of a call as the program does.
func readWords(t *testing.T, op *openapi.Operation, words []string, sample string) (in params.Input) {
	t.Helper()
	for ; len(words) > 0; words = words[1:] {
		if words[0] == "--" {
			in.Positional = append(in.Positional, words[1:]...)
			break
		}
		if !strings.HasPrefix(words[0], "-") {
			in.Positional = append(in.Positional, words[0])
			continue
		}
		if words[0] == "--dry-run" {
			continue
		}
		if len(words) == 1 {
			t.Fatalf("%s: %s has no value", op.ID, words[0])
		}
		switch words[0] {
		case "-p":
			in.Named = append(in.Named, words[1])
		case "-f":
		case "-d":
			checkBody(t, op, words[1])
		case "--jsonata":
			checkFilter(t, op, words[1], sample)
		default:
			t.Errorf("%s: unknown flag %s", op.ID, words[0])
		}
		words = words[1:]
	}
	return in
}

func checkBody(t *testing.T, op *openapi.Operation, text string) {
	t.Helper()
	value, err := schema.Decode([]byte(text))
	if err != nil {
		t.Errorf("%s: body %s: %v", op.ID, text, err)
		return
	}
	if s := openapi.JSON(op.Body.Contents).Schema; s != nil {
		for _, fault := range schema.Check(s, value, schema.Request) {
			t.Errorf("%s: body %s: %v", op.ID, text, fault)
		}
	}
}

func checkFilter(t *testing.T, op *openapi.Operation, expression, sample string) {
	t.Helper()
	engine, err := query.New("")
	if err != nil {
		t.Fatal(err)
	}
	program, err := engine.Compile(expression)
	if err != nil {
		t.Errorf("%s: --jsonata %s: %v", op.ID, expression, err)
		return
	}
	if result, err := program.Eval(t.Context(), []byte(sample)); err != nil || !result.Defined {
		t.Errorf("%s: --jsonata %s finds nothing in the sample response: %v", op.ID, expression, err)
	}
}

// split splits a line like a POSIX shell, as far as the pages need: blanks, single
// quotes and backslashes.
func split(line string) []string {
	var words []string
	word, quoted, open := "", false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted, open = !quoted, true
		case quoted:
			word += string(c)
		case c == '\\' && i+1 < len(line):
			if i++; line[i] != '\n' {
				word, open = word+string(line[i]), true
			}
		case c == ' ' && open:
			words, word, open = append(words, word), "", false
		case c == ' ':
		default:
			word, open = word+string(c), true
		}
	}
	if open {
		words = append(words, word)
	}
	return words
}
