package guided

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
)

// Answers are those of earlier runs, in a file of the user alone. They hold no
// secret: see Put.
type Answers struct {
	path   string
	hidden func(text string) bool
	texts  map[string]string
}

// OpenAnswers reads the file, if it is there: answers are a convenience, so a
// file that is not readable is one without answers. hidden knows more texts
// that must not be kept, by value; it may be nil.
func OpenAnswers(path string, hidden func(text string) bool) *Answers {
	a := &Answers{path: path, hidden: hidden, texts: map[string]string{}}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &a.texts) != nil || a.texts == nil {
		a.texts = map[string]string{}
	}
	return a
}

// Get returns the answer of that id, or "".
func (a *Answers) Get(id string) string { return a.texts[id] }

// Put keeps an answer, unless its name or its text looks like a secret.
func (a *Answers) Put(id, text string) {
	switch {
	case text == "":
		delete(a.texts, id)
	case !a.secret(id, text):
		a.texts[id] = text
	}
}

func (a *Answers) secret(id, text string) bool {
	return slices.ContainsFunc(strings.Split(id, "/"), Secret) || holdsSecret(text) || a.hidden != nil && a.hidden(text)
}

// Save writes the file, without what turned out to be a secret since Put. Errors
// are of kind File.
func (a *Answers) Save() error {
	maps.DeleteFunc(a.texts, a.secret)
	text, err := json.MarshalIndent(a.texts, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(a.path, append(text, '\n'), 0o600)
}

// Secret reports whether what has this name is a secret: a token, a password, a
// key. What is only about one, such as token_type, is none.
func Secret(name string) bool {
	name = strings.ToLower(strings.TrimRight(name, "?|:0123456789#"))
	for _, about := range []string{"type", "types", "name", "names", "id", "ids", "count"} {
		if strings.HasSuffix(name, about) {
			return false
		}
	}
	for _, word := range []string{"token", "password", "secret", "key", "credential", "authorization"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// holdsSecret finds JSON Web Tokens, and secrets by name inside JSON.
func holdsSecret(text string) bool {
	if strings.Contains(text, "eyJ") || strings.Contains(text, "Bearer ") {
		return true
	}
	var value any
	return json.Unmarshal([]byte(text), &value) == nil && holdsNamed(value)
}

func holdsNamed(value any) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, holdsNamed)
	case map[string]any:
		for name, member := range v {
			if _, isText := member.(string); isText && Secret(name) || holdsNamed(member) {
				return true
			}
		}
	}
	return false
}

// lastName is the name of the value at an id.
func lastName(id string) string {
	for id != "" {
		at := strings.LastIndex(id, "/")
		if name := id[at+1:]; strings.Trim(name, "0123456789") != "" || at < 0 {
			return name
		}
		id = id[:at]
	}
	return ""
}

// LastBody is the last body that was edited for an operation, or "".
func LastBody(path string) string {
	text, err := os.ReadFile(path)
	if err != nil || !json.Valid(text) {
		return ""
	}
	return string(text)
}

// KeepBody stores a body for LastBody, unless a secret is in it. hidden is as
// for OpenAnswers.
func KeepBody(path string, body []byte, hidden func(text string) bool) error {
	if holdsSecret(string(body)) || hidden != nil && hidden(string(body)) {
		return nil
	}
	return atomicfile.Write(path, body, 0o600)
}
