package cmd_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/epilot-cli/epilot"

// TestArrows holds the imports of every package against the table of rooms in
// docs/architecture.md: the picture that a newcomer reads must be true.
func TestArrows(t *testing.T) {
	t.Parallel()
	rooms := readRooms(t)
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		checkRoom(t, rooms, room(words[0]), words[1:])
	}
}

func checkRoom(t *testing.T, rooms map[string][]string, name string, imports []string) {
	t.Helper()
	allowed, known := rooms[name]
	if !known {
		t.Errorf("%s stands in no row of docs/architecture.md", name)
		return
	}
	for _, path := range imports {
		if !strings.HasPrefix(path, module) {
			continue
		}
		if to := room(path); to != "internal/failure" && allowed != nil && !slices.Contains(allowed, to) {
			t.Errorf("%s imports %s, an arrow that docs/architecture.md does not have", name, to)
		}
	}
}

// readRooms returns what each room may import; nil stands for everything.
func readRooms(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile("`([^`]+)`")
	rooms := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		name := word.FindStringSubmatch(cells[1])[1]
		allowed := []string{}
		for _, match := range word.FindAllStringSubmatch(cells[3], -1) {
			allowed = append(allowed, match[1])
		}
		if strings.Contains(cells[3], "everything below") {
			allowed = nil
		}
		rooms[name] = allowed
	}
	return rooms
}

func room(path string) string {
	if path == module {
		return "main.go"
	}
	return strings.TrimPrefix(path, module+"/")
}
