package manual

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// exampleFilter is a JSONata expression with a result on the sample response:
// its first member, or that of its first element, else all of it. It is ""
// where the response is no JSON.
func exampleFilter(op *operation.Operation) string {
	success := op.Success()
	if success == nil {
		return ""
	}
	sample := sampleOf(success.Contents, schema.Response)
	if sample == "" {
		return ""
	}
	name, inArray := firstMember(sample)
	switch {
	case name == "":
		return "$"
	case inArray:
		return "$." + step(name)
	}
	return step(name)
}

// firstMember is the name of the first member of an object, or of the object
// that is the first element of an array; "" for any other JSON text.
func firstMember(text string) (name string, inArray bool) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	token, err := decoder.Token()
	if err == nil && token == json.Delim('[') {
		inArray = true
		token, err = decoder.Token()
	}
	if err != nil || token != json.Delim('{') {
		return "", inArray
	}
	member, err := decoder.Token()
	if err != nil {
		return "", inArray
	}
	name, _ = member.(string)
	return name, inArray
}

// step is a member's name as JSONata reads it: between backticks where it is no
// plain name (https://docs.jsonata.org/simple).
func step(name string) string {
	switch name {
	case "and", "or", "in", "true", "false", "null", "function":
		return "`" + name + "`"
	}
	if strings.Trim(name, letters) == "" && strings.Trim(name[:1], digits) != "" {
		return name
	}
	if strings.ContainsAny(name, "`") {
		return "$"
	}
	return "`" + name + "`"
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_" + digits
)
