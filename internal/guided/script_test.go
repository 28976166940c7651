package guided

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// script is a scripted user who wants to enter certain values: it answers each
// question from them by the question's ID.
type script struct {
	guide   *Guide
	wanted  any // the values by ID: {"body": …, "param": {"query": {…}}}
	asked   []string
	editing func(text string) string
}

// value returns the wanted value for an ID.
func (s *script) value(id string) (any, bool) {
	at := s.wanted
	for name := range strings.SplitSeq(id, "/") {
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		switch v := at.(type) {
		case map[string]any:
			member, open := v[name]
			if !open {
				return nil, false
			}
			at = member
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				return nil, false
			}
			at = v[i]
		default:
			return nil, false
		}
	}
	return at, true
}

var entryID = regexp.MustCompile(`^(.*)#(\d+)(\??)$`)

// entry returns the name of the n-th entry of an object whose schema lists none.
func (s *script) entry(id string) (string, bool) {
	parts := entryID.FindStringSubmatch(id)
	object, _ := s.value(parts[1])
	var names []string
	for name := range object.(map[string]any) {
		if !slices.Contains(s.asked, parts[1]+"/"+name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	if len(names) == 0 {
		return "", false
	}
	return names[0], true
}

func (s *script) Input(_ context.Context, q prompt.Question) (string, error) {
	text, err := s.text(q.ID)
	if err == nil && (strings.HasPrefix(q.Help, "as JSON") || strings.Contains(q.Help, " (as JSON")) {
		if value, _ := s.value(q.ID); typeOf(value) == "string" {
			text = jsonx.Quote(text)
		}
	}
	if err == nil && q.Check != nil {
		err = q.Check(text)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %q: %w", q.ID, text, err)
	}
	return text, nil
}

func (s *script) text(id string) (string, error) {
	if entryID.MatchString(id) {
		name, _ := s.entry(id)
		parts := entryID.FindStringSubmatch(id)
		s.asked = append(s.asked, parts[1]+"/"+name)
		return name, nil
	}
	s.asked = append(s.asked, id)
	value, open := s.value(id)
	if !open {
		return "", fmt.Errorf("asked for %s, which nobody wants", id)
	}
	if text, isText := value.(string); isText {
		return text, nil
	}
	text, err := json.Marshal(value)
	return string(text), err
}

func (s *script) Password(ctx context.Context, q prompt.Question) (string, error) {
	return s.Input(ctx, q)
}

func (s *script) Confirm(_ context.Context, q prompt.Question) (bool, error) {
	id, presence := strings.CutSuffix(q.ID, "?")
	if entryID.MatchString(q.ID) {
		_, open := s.entry(q.ID)
		return open, nil
	}
	value, open := s.value(id)
	if presence {
		return open, nil
	}
	s.asked = append(s.asked, id)
	return value == true, nil
}

func (s *script) Select(_ context.Context, q prompt.Question) (int, error) {
	id := strings.TrimRight(q.ID, "|:")
	value, open := s.value(id)
	if !open {
		return 0, fmt.Errorf("asked for %s, which nobody wants", id)
	}
	switch q.ID[len(id):] {
	case "|":
		return bestVariant(s.guide.choosing, value), nil
	case ":":
		return option(q, typeOf(value))
	}
	s.asked = append(s.asked, id)
	text, err := json.Marshal(value)
	if err != nil {
		return 0, err
	}
	return option(q, bare(string(text)))
}

func option(q prompt.Question, label string) (int, error) {
	for i, o := range q.Options {
		if o.Label == label || label == "integer" && o.Label == "number" {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s: no option %q", q.ID, label)
}

func (s *script) MultiSelect(_ context.Context, q prompt.Question) ([]int, error) {
	id := strings.TrimSuffix(q.ID, "?")
	if id == "param" {
		return s.params(q), nil
	}
	object, _ := s.value(id)
	var ticked []int
	for i, o := range q.Options {
		if _, open := object.(map[string]any)[o.Label]; open {
			s.asked = append(s.asked, id+"/"+o.Label)
			ticked = append(ticked, i)
		}
	}
	return ticked, nil
}

func (s *script) params(q prompt.Question) []int {
	var ticked []int
	for i, o := range q.Options {
		in, _, _ := strings.Cut(o.Note, ",")
		_, name, narrowed := strings.Cut(o.Label, ":")
		if !narrowed {
			name = o.Label
		}
		if _, open := s.value("param/" + in + "/" + name); open {
			ticked = append(ticked, i)
		}
	}
	return ticked
}

func (s *script) Edit(_ context.Context, _, text string) (string, error) {
	return s.editing(text), nil
}

// bestVariant returns the variant that matches the value and names most of it.
func bestVariant(variants []schema.Variant, value any) int {
	best, least := 0, 1<<30
	for i, v := range variants {
		faults := len(schema.Check(v.Schema, value, schema.Request))
		if object, isObject := value.(map[string]any); isObject {
			for name := range object {
				if !offers(v.Schema, name, 0) {
					faults++
				}
			}
		}
		if faults < least {
			best, least = i, faults
		}
	}
	return best
}

func offers(s *openapi.Schema, name string, depth int) bool {
	shape := schema.Shape(s)
	if shape.Property(name) != nil || shape.Additional != nil {
		return true
	}
	for _, v := range schema.Variants(s) {
		if depth < 5 && offers(v.Schema, name, depth+1) {
			return true
		}
	}
	return false
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			return "integer"
		}
	}
	return "number"
}
