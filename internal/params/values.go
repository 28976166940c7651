package params

import "strings"

// Value is one parameter that the command line gave.
type Value struct {
	Name string
	In   string // path, query, header or cookie
	JSON string // its value, with the types that the schema asks for
}

// Values are the parameters in the order in which they were given.
func (r *Result) Values() []Value {
	var values []Value
	for _, a := range r.given {
		values = append(values, Value{a.param.Name, a.param.In, a.json()})
	}
	return values
}

func (a *argument) json() string {
	if a.param.MediaType != "" {
		return strings.TrimSpace(a.value.text) // it is a document already
	}
	typed(a.param.Schema, a.value) // decides which texts are numbers
	var b strings.Builder
	a.value.writeJSON(&b)
	return b.String()
}
