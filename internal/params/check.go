package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// shown is the most faults that one message lists.
const shown = 5

// check reads the arguments' values and holds them against their schemas. All
// that is wrong comes in one error.
func check(given []*argument, lenient bool) error {
	var faults []string
	hint := ""
	for _, a := range given {
		if err := a.read(lenient); err != nil {
			return err
		}
		if lenient {
			continue
		}
		found := a.faults()
		faults = append(faults, found...)
		if hint == "" && len(found) > 0 {
			hint = a.commaHint()
		}
	}
	if len(faults) == 0 {
		return nil
	}
	if hint == "" {
		hint = "correct the value, or send it as it is with --no-validate"
	}
	return failure.New(failure.Usage, "%s", strings.Join(faults[:min(len(faults), shown)], "; ")).Hintf("%s", hint)
}

func (a *argument) read(lenient bool) (err error) {
	r := reader{a.param.Name, lenient}
	if a.param.MediaType == "" {
		a.value, err = r.value(a.param.Schema, a.words, a.members)
		return err
	}
	if len(a.words) != 1 {
		return r.fail("is given %d times", len(a.words)).Hintf("give it once, as one %s document", a.param.MediaType)
	}
	a.value = textNode(a.words[0])
	return nil
}

// faults says what is wrong with the value, each with the parameter's name.
func (a *argument) faults() []string {
	var texts []string
	found, err := a.hold()
	if err != nil {
		return []string{"parameter " + a.param.Name + ": must be JSON: " + reason(err)}
	}
	for _, fault := range found {
		path := strings.TrimPrefix(fault.Path, "$")
		if a.single() {
			path = strings.TrimPrefix(path, "[0]")
		}
		texts = append(texts, "parameter "+a.param.Name+path+": "+fault.Message)
	}
	return texts
}

// hold holds the value against the schema.
func (a *argument) hold() ([]schema.Fault, error) {
	s := a.param.Schema
	switch {
	case a.param.MediaType != "":
		return a.holdDocument()
	case s == nil:
		return nil, nil
	case a.value.kind == scalarNode:
		return schema.CheckWord(s, a.value.text), nil
	}
	return schema.Check(s, typed(s, a.value), schema.Request), nil
}

func (a *argument) holdDocument() ([]schema.Fault, error) {
	if !operation.IsJSON(a.param.MediaType) {
		return nil, nil
	}
	if _, err := parseJSON(a.value.text); err != nil || a.param.Schema == nil {
		return nil, err
	}
	value, err := schema.Decode([]byte(a.value.text))
	if err != nil {
		return nil, err
	}
	return schema.Check(a.param.Schema, value, schema.Request), nil
}

// single tells an array given as one plain word: its element has no number that
// the person typed.
func (a *argument) single() bool {
	return a.value.kind == listNode && len(a.words) == 1 && !isArray(a.words[0])
}

// commaHint helps who took a comma for a separator.
func (a *argument) commaHint() string {
	if a.value.kind != listNode || isArray(a.words[0]) {
		return ""
	}
	for _, word := range a.words {
		if first, rest, comma := strings.Cut(word, ","); comma {
			next, _, _ := strings.Cut(rest, ",")
			return "a comma does not separate elements; repeat the flag: -p " +
				a.param.Name + "=" + first + " -p " + a.param.Name + "=" + next
		}
	}
	return ""
}
