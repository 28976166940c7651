package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// shown is the maximum number of faults in one message.
const shown = 5

// check parses the arguments' values and validates them against their schemas. All
// faults are combined into one error.
func check(args []*argument, lenient bool) error {
	var faults []string
	hint := ""
	for _, a := range args {
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
		hint = "correct the value, or add --no-validate to send it unchanged"
	}
	return failure.New(failure.Usage, "%s", strings.Join(faults[:min(len(faults), shown)], "; ")).Hintf("%s", hint)
}

func (a *argument) read(lenient bool) (err error) {
	r := reader{a.param.Name, lenient}
	if a.param.MediaType == "" {
		a.value, err = r.value(a.param.Schema, a.texts, a.members)
		return err
	}
	if len(a.texts) != 1 {
		return r.fail("is given %d times", len(a.texts)).Hintf("give it once, as one %s document", a.param.MediaType)
	}
	a.value = jsonx.StringNode(a.texts[0])
	return nil
}

// faults returns the faults of the value, each with the parameter's name.
func (a *argument) faults() []string {
	var texts []string
	found, err := a.hold()
	if err != nil {
		return []string{"parameter " + a.param.Name + ": must be JSON: " + err.Error()}
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

// hold validates the value against the schema.
func (a *argument) hold() ([]schema.Fault, error) {
	s := a.param.Schema
	switch {
	case a.param.MediaType != "":
		return a.holdDocument()
	case s == nil:
		return nil, nil
	case a.value.Kind == jsonx.Scalar:
		return schema.CheckText(s, a.value.String()), nil
	}
	return schema.Check(s, typed(s, a.value), schema.Request), nil
}

func (a *argument) holdDocument() ([]schema.Fault, error) {
	if !httpx.IsJSON(a.param.MediaType) {
		return nil, nil
	}
	if _, err := jsonx.ParseNode([]byte(a.value.String())); err != nil || a.param.Schema == nil {
		return nil, err
	}
	value, err := schema.Decode([]byte(a.value.String()))
	if err != nil {
		return nil, err
	}
	return schema.Check(a.param.Schema, value, schema.Request), nil
}

// single reports whether an array was typed as one plain argument: the user did not
// type an element index.
func (a *argument) single() bool {
	return a.value.Kind == jsonx.Array && len(a.texts) == 1 && !isArray(a.texts[0])
}

// commaHint helps a user who separated elements with commas.
func (a *argument) commaHint() string {
	if a.value.Kind != jsonx.Array || isArray(a.texts[0]) {
		return ""
	}
	for _, word := range a.texts {
		if opens(word, "{") || opens(word, "[") {
			continue // the commas belong to JSON
		}
		if first, rest, comma := strings.Cut(word, ","); comma {
			next, _, _ := strings.Cut(rest, ",")
			return "a comma does not separate elements; repeat the flag: -p " +
				a.param.Name + "=" + first + " -p " + a.param.Name + "=" + next
		}
	}
	return ""
}

// sendable rejects values that the request cannot carry, or would carry differently.
// Lenient lifts only the harmless rules.
func (a *argument) sendable(text string, defined, lenient bool, extra *extras) error {
	p := a.param
	switch {
	case p.In == inPath && (!defined || a.value.Kind == jsonx.Scalar && dots(a.value.String())):
		return failure.New(failure.Usage, "path parameter %s cannot be empty, \".\" or \"..\": it would change the URL", p.Name).
			Hintf("check the value; an unset shell variable is a common cause")
	case p.In == inHeader && defined:
		return a.sendableHeader(text, lenient, extra)
	case !defined && p.Required && !lenient:
		return failure.New(failure.Usage, "parameter %s is required, and an empty array or object sends nothing", p.Name).
			Hintf("give at least one element")
	}
	return a.distinct(lenient)
}

func (a *argument) sendableHeader(text string, lenient bool, extra *extras) error {
	name := a.param.Name
	switch {
	case !httpx.IsToken(name):
		return failure.New(failure.Usage, "header parameter %q cannot be sent: the definition gives it a name that no header can have", name).
			Hintf("correct the definition")
	case !httpx.IsFieldValue(text):
		return failure.New(failure.Usage, "header parameter %s holds a line break or another control character", name).
			Hintf("a header value is one line of text")
	case extra.has(a.param):
		return failure.New(failure.Usage, "header %s is given twice: with -p and with -H", name).Hintf("give it once")
	}
	return a.distinct(lenient)
}

// distinct rejects elements that the server would split.
func (a *argument) distinct(lenient bool) error {
	if lenient || !a.ambiguous() {
		return nil
	}
	return failure.New(failure.Usage, "parameter %s: an element holds %q, which separates the elements of %s parameters",
		a.param.Name, a.separator(), a.param.Style).
		Hintf("repeat -p %s=… for each element, or add --no-validate to send it unchanged", a.param.Name)
}

// ambiguous reports whether the server would split one element into two.
func (a *argument) ambiguous() bool {
	separator := a.separator()
	holds := func(text string) bool { return separator != "" && strings.Contains(text, separator) }
	for _, item := range a.value.Items {
		if holds(scalarText(item)) {
			return true
		}
	}
	for _, m := range a.value.Members {
		if a.param.In == inHeader && a.param.Explode && strings.Contains(m.Name+scalarText(m.Value), "=") {
			return true // name=value: the boundaries are ambiguous
		}
		if holds(m.Name) || holds(scalarText(m.Value)) {
			return true
		}
	}
	return false
}

// scalarText returns the text of a scalar, or "" for an array or object: those are
// sent as JSON, which a splitting server would not read as two elements.
func scalarText(n *jsonx.Node) string {
	if n.Kind != jsonx.Scalar {
		return ""
	}
	return n.String()
}

// separator returns the character between elements, or "" if encoding distinguishes
// it from the same character inside an element.
func (a *argument) separator() string {
	p := a.param
	switch {
	case p.In == inHeader:
		return ","
	case p.In == inPath && p.Style == "label" && p.Explode:
		return "."
	case p.In == inQuery && p.Style == "spaceDelimited" && !p.Explode:
		return " "
	case p.In == inQuery && p.Style == "pipeDelimited" && !p.Explode:
		return "|"
	}
	return ""
}
