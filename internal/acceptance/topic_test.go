package acceptance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/profiles"
)

// TestTopicsSayWhatIs compares the help topics with the program's lists: each row
// exists, in the order of the list.
func TestTopicsSayWhatIs(t *testing.T) {
	t.Parallel()
	var settings, statuses, formats []string
	for _, key := range profiles.Keys() {
		names := append([]string{key.Variable}, key.Shared...)
		settings = append(settings, fmt.Sprintf("| `%s` | %s; %s |", strings.Join(names, "`, `"), key.Line, key.Allowed))
	}
	for _, kind := range failure.Kinds() {
		statuses = append(statuses, fmt.Sprintf("| %d | `%s` | ", failure.ExitStatus(failure.New(kind, "")), kind))
	}
	for _, format := range render.Formats() {
		formats = append(formats, "| `"+format+"` | ")
	}
	for topic, rows := range map[string][]string{"environment": settings, "exit-codes": statuses, "formatting": formats} {
		text := help.TopicText(topic)
		for _, row := range rows {
			_, rest, found := strings.Cut(text, "\n"+row)
			if !found {
				t.Errorf("%s lacks, or has in another place: %s", topic, row)
				continue
			}
			text = rest
		}
		if topic != "environment" && strings.HasPrefix(text[strings.Index(text, "\n")+1:], "|") {
			t.Errorf("%s has a row more: %.60s", topic, text)
		}
	}
}

// TestEnvironmentIsWhole: each of our variables that the program reads is in the
// topic and in docs/configuration.md.
func TestEnvironmentIsWhole(t *testing.T) {
	t.Parallel()
	configuration, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, room := range []string{"../../cmd", "../../internal", "../../profiles"} {
		variablesBelow(t, room, names)
	}
	if len(names) < 13 {
		t.Errorf("found %d variables in the source", len(names))
	}
	for name := range names {
		if !strings.Contains(help.TopicText("environment"), "`"+name+"`") {
			t.Errorf("%s is not in internal/help/topics/environment.md", name)
		}
		if !strings.Contains(string(configuration), "`"+name+"`") {
			t.Errorf("%s is not in docs/configuration.md", name)
		}
	}
}

func variablesBelow(t *testing.T, room string, names map[string]bool) {
	t.Helper()
	variable := regexp.MustCompile(`"(EPILOT_[A-Z_]+)"`)
	err := filepath.WalkDir(room, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "generate") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range variable.FindAllStringSubmatch(string(text), -1) {
			names[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestExpressionsOfTheTopic: each expression returns a result with both engines.
func TestExpressionsOfTheTopic(t *testing.T) {
	t.Parallel()
	const list = `[{"id":1,"name":"CI","token_type":"api","created_at":"b","amount":2},{"id":2,"name":"x","token_type":"app","created_at":"a","amount":3}]`
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(help.TopicText("jsonata"), -1)
	if len(rows) < 10 {
		t.Fatalf("%d expressions", len(rows))
	}
	for _, name := range []string{"gnata", "blues"} {
		engine, err := query.New(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			input := list
			if !strings.HasPrefix(row[1], "$") {
				input = `{"name":"x","results":[{"title":"y"}]}`
			}
			program, err := engine.Compile(row[1])
			if err != nil {
				t.Errorf("%s: %s: %v", name, row[1], err)
				continue
			}
			if result, err := program.Eval(budget.Into(t.Context(), budget.New(unlimited)), []byte(input)); err != nil || !result.Defined {
				t.Errorf("%s: %s finds nothing: %v", name, row[1], err)
			}
		}
	}
}

// TestTopicsAreListed: each topic has a description, and its text fits on a screen.
func TestTopicsAreListed(t *testing.T) {
	t.Parallel()
	topics := help.Topics()
	if len(topics) < 6 {
		t.Errorf("%d topics", len(topics))
	}
	for _, topic := range topics {
		result := Process{}.Run(t.Context(), "help", topic.Name)
		if result.Status != 0 || !strings.HasPrefix(result.Stdout, topic.Line+"\n  ") || len(topic.Line) > 70 {
			t.Errorf("%s: status %d, %.80q", topic.Name, result.Status, result.Stdout)
		}
		for line := range strings.Lines(result.Stdout) {
			if example := strings.HasPrefix(line, "    "); !example && len([]rune(line)) > 91 {
				t.Errorf("%s: too wide: %s", topic.Name, line)
			}
		}
	}
}
