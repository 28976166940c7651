package resource

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// assign carries out an assignment on a resource or document.
func (s *source) assign(old jsontext.Value, a assignment) jsontext.Value {
	value := s.value(first(a.value))
	if value == nil {
		return old
	}
	if a.operator == opAdd {
		value = s.withIDs(value)
	}
	steps := splitPath(s.fill(a.member))
	for i, step := range steps {
		if isExpression(step) || step == "@" {
			steps[i] = textOf(s.value(step))
		}
	}
	changed := assignAt(old, steps, a.operator, value)
	if later := second(a.value); later != "" {
		return withLater(changed, s.now.Add(jobDuration), a.member, s.value(later))
	}
	return withoutLater(changed, a.member)
}

func first(expression string) string {
	before, _, _ := strings.Cut(expression, ">")
	return before
}

func second(expression string) string {
	_, after, _ := strings.Cut(expression, ">")
	return after
}

// withIDs adds an id to objects without one.
func (s *source) withIDs(value jsontext.Value) jsontext.Value {
	elements := slices.Clone(elementsOf(value))
	for i, element := range elements {
		members, ok := jsonx.ParseObject(element)
		if !ok || elementID(element) != "" {
			continue
		}
		id, err := s.newID()
		if err != nil {
			return value
		}
		s.made = id
		elements[i] = append(jsonx.Object{{Name: "id", Value: object.Quote(id)}}, members...).Text()
	}
	return jsonx.ArrayOf(elements)
}

// fill replaces the expressions in a member's path: "tasks[{task_id}].status", "{key}".
func (s *source) fill(path string) string {
	for name, value := range s.c.Path {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	before, rest, found := strings.Cut(path, "[")
	inner, after, _ := strings.Cut(rest, "]")
	if found && isExpression(inner) {
		return before + "[" + textOf(s.value(inner)) + "]" + after
	}
	return path
}

// matches reports whether a resource satisfies conditions such as
// "meter_id=$meter_id&external_id!=$keep". A condition is true if the request
// lacks its value.
func (s *source) matches(resource jsonx.Object, conditions string) bool {
	for condition := range strings.SplitSeq(conditions, "&") {
		name, expression, _ := strings.Cut(condition, "=")
		name, not := strings.CutSuffix(name, "!")
		value := s.value(expression)
		if value == nil {
			continue
		}
		if slices.Contains(s.texts(value), textOf(resource.Get(name))) == not {
			return false
		}
	}
	return true
}

func (s *source) texts(value jsontext.Value) []string {
	var texts []string
	for _, element := range elementsOf(value) {
		texts = append(texts, textOf(element))
	}
	return texts
}

// splitPath splits "tasks[a.b].status" into "tasks", "[a.b]" and "status".
func splitPath(path string) []string {
	var steps []string
	for path != "" {
		path = strings.TrimPrefix(path, ".")
		if inner, ok := strings.CutPrefix(path, "["); ok {
			id, rest, _ := strings.Cut(inner, "]")
			steps, path = append(steps, "["+id+"]"), rest
			continue
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		steps, path = append(steps, path[:end]), path[end:]
	}
	return steps
}

func assignAt(old jsontext.Value, steps []string, operator string, value jsontext.Value) jsontext.Value {
	if len(steps) == 0 {
		return operate(old, operator, value)
	}
	if id, ok := strings.CutPrefix(steps[0], "["); ok {
		return assignElement(old, strings.TrimSuffix(id, "]"), steps[1:], operator, value)
	}
	members, _ := jsonx.ParseObject(old)
	return members.With(steps[0], assignAt(members.Get(steps[0]), steps[1:], operator, value)).Text()
}

// assignElement changes the array element with the id, in the array or in the
// sections of a flow, or appends one. An element that is selected by a member
// ("schedule.schedule_id=x") is never appended.
func assignElement(old jsontext.Value, id string, steps []string, operator string, value jsontext.Value) jsontext.Value {
	elements := slices.Clone(object.Elements(old))
	change := func(element jsontext.Value) jsontext.Value { return assignAt(element, steps, operator, value) }
	if changeElement(elements, id, change) {
		return jsonx.ArrayOf(elements)
	}
	for i, element := range elements {
		section, _ := jsonx.ParseObject(element)
		inner := slices.Clone(object.Elements(section.Get("steps")))
		if changeElement(inner, id, change) {
			elements[i] = section.With("steps", jsonx.ArrayOf(inner)).Text()
			return jsonx.ArrayOf(elements)
		}
	}
	if strings.Contains(id, "=") {
		return old
	}
	return jsonx.ArrayOf(append(elements, change(jsonx.Object{{Name: "id", Value: object.Quote(id)}}.Text())))
}

// changeElement changes the first element with the id, or with the value of a member.
func changeElement(elements []jsontext.Value, id string, change func(jsontext.Value) jsontext.Value) bool {
	member, want, byMember := strings.Cut(id, "=")
	for i, element := range elements {
		same := elementID(element) == id
		if members, ok := jsonx.ParseObject(element); ok && byMember {
			same = slices.ContainsFunc(object.Values(members, member), func(v jsontext.Value) bool { return textOf(v) == want })
		}
		if same {
			elements[i] = change(element)
			return true
		}
	}
	return false
}

// elementID returns the identifier of an array element.
func elementID(element jsontext.Value) string {
	members, ok := jsonx.ParseObject(element)
	if !ok {
		return textOf(element)
	}
	for _, name := range []string{"id", "_id", "entity_id", "source_id", "user_id", "tenant_id", "outlook_email", "slug", "key"} {
		if id := textOf(members.Get(name)); id != "" {
			return id
		}
	}
	return ""
}

func operate(old jsontext.Value, operator string, value jsontext.Value) jsontext.Value {
	if members, ok := jsonx.ParseObject(old); ok && operator == opDrop {
		return members.Without(textOf(value)).Text()
	}
	switch operator {
	case opMerge:
		members, _ := jsonx.ParseObject(old)
		given, _ := jsonx.ParseObject(value)
		for _, m := range given {
			members = members.With(m.Name, m.Value)
		}
		return members.Text()
	case opAdd, opDrop, opToggle:
		elements := slices.Clone(object.Elements(old))
		for _, element := range elementsOf(value) {
			elements = alter(elements, operator, element)
		}
		return jsonx.ArrayOf(elements)
	}
	return value
}

// alter appends or removes an element. Elements are equal if their ids or their
// texts are.
func alter(elements []jsontext.Value, operator string, element jsontext.Value) []jsontext.Value {
	same := func(other jsontext.Value) bool {
		if id := elementID(element); id != "" && id == elementID(other) {
			return true
		}
		return bytes.Equal(element, other)
	}
	has := slices.ContainsFunc(elements, same)
	switch {
	case has && operator == opAdd:
		return append(slices.DeleteFunc(elements, same), element)
	case has:
		return slices.DeleteFunc(elements, same)
	case operator == opDrop:
		return elements
	}
	return append(elements, element)
}
