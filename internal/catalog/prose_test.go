package catalog

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestFactsOnly checks that the facts contain no prose from the source.
func TestFactsOnly(t *testing.T) {
	t.Parallel()
	for _, name := range New(Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("facts/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.SplitSeq(string(text), "\n") {
				for _, fault := range prose(t, line) {
					t.Errorf("%.60s: %s", line, fault)
				}
			}
		})
	}
}

// prose returns the prose in a line.
func prose(t *testing.T, line string) []string {
	t.Helper()
	_, fragment, found := strings.Cut(line, " {")
	if !found {
		return nil // the first and the last line
	}
	var object any
	if err := json.Unmarshal([]byte("{"+fragment), &object); err != nil {
		t.Fatalf("%.60s: %v", line, err)
	}
	word, _, _ := strings.Cut(line, " ")
	return proseOf(word, object)
}

// proseOf checks the value of a member. Below some members, the names are those of
// the API; below others, every string is a fact, however long.
func proseOf(name string, value any) []string {
	switch name {
	case "description", "summary":
		return []string{"a " + name}
	case "enum", "const", "default", "pattern", "contentType", "tags", "required", "servers", "mapping", "propertyName", "$ref":
		return nil
	case "example", "value":
		return longExample(value)
	case "title":
		return []string{"the title of a schema"}
	}
	switch v := value.(type) {
	case map[string]any:
		return proseWithin(name, v)
	case []any:
		var found []string
		for _, element := range v {
			found = append(found, proseOf("", element)...)
		}
		return found
	case string:
		if len(v) > 64 && strings.Contains(v, " ") {
			return []string{"a long text: " + v}
		}
	}
	return nil
}

func proseWithin(name string, members map[string]any) []string {
	var found []string
	for member, value := range members {
		switch name {
		case "properties", "content", "responses", "examples":
			found = append(found, proseOf("", value)...)
		case "api":
			if member != "title" {
				found = append(found, proseOf(member, value)...)
			}
		default:
			found = append(found, proseOf(member, value)...)
		}
	}
	return found
}

// longExample returns examples other than scalars of up to 64 characters without
// spaces.
func longExample(value any) []string {
	text := fmt.Sprint(value)
	_, isObject := value.(map[string]any)
	_, isList := value.([]any)
	if isObject || isList || len(text) > 64 || strings.Contains(text, " ") {
		return []string{"the example " + text}
	}
	return nil
}

func TestProseIsFound(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("more words ", 9)
	for line, want := range map[string]int{
		`op a GET /x {"description":"Gets x"}`:                                      1,
		`op a GET /x {"parameters":[{"summary":"Gets x"}]}`:                         1,
		`schema A {"title":"An A"}`:                                                 1,
		`schema A {"properties":{"a":{"x-note":"` + long + `"}}}`:                   1,
		`schema A {"example":"two words"}`:                                          1,
		`schema A {"example":"` + strings.Repeat("x", 65) + `"}`:                    1,
		`schema A {"example":["a"]}`:                                                1,
		`schema A {"example":{}}`:                                                   1,
		`response a.200 {"content":{"a/b":{"examples":{"one":{"value":{"a":1}}}}}}`: 1,
		`schema A {"properties":{"description":{"type":"string"},"example":{}}}`:    0,
		`schema A {"type":"string","enum":["a","` + long + `"],"example":"one"}`:    0,
		`api {"title":"` + long + `","tags":["` + long + `"]}`:                      0,
	} {
		if got := prose(t, line); len(got) != want {
			t.Errorf("%s: found %q", line, got)
		}
	}
}
