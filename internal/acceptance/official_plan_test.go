package acceptance

import (
	"hash/fnv"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// planShared plans a call with arguments that both programs accept: path parameters
// by position and before all flags, at most one -p, and no string that looks like a
// number.
func planShared(api string, op *openapi.Operation, p promise) *plannedCall {
	return share(api, op, planCall(api, op, p, manner{all: true, text: hostile}))
}

// planSample is planShared with the values of the documentation.
func planSample(api string, op *openapi.Operation, p promise) *plannedCall {
	all := planCall(api, op, p, manner{all: true})
	for i, a := range all.arguments {
		if param := op.Param(a.name, a.in); param != nil {
			all.arguments[i].value = documentedValue(param)
		}
	}
	return share(api, op, all)
}

// documentedValue returns the parameter's example, else the smallest sample that is
// not empty.
func documentedValue(param *openapi.Param) any {
	candidates := []string{param.Example, schema.SampleFor(param.Schema, false, schema.Request)}
	for _, text := range candidates {
		if value := decoded(text); text != "" && text != "[]" && text != "{}" && takes(param.Schema, value) {
			if reflect.ValueOf(value).Kind() == reflect.Slice || reflect.ValueOf(value).Kind() == reflect.Map {
				return value
			}
			return word(value)
		}
	}
	return sampleValue(param, "string")
}

func share(api string, op *openapi.Operation, all *plannedCall) *plannedCall {
	shared := &plannedCall{promise: all.promise, body: all.body}
	args, flags := []string{api, op.ID}, []string{}
	chosen := choose(all.arguments, op.ID)
	for _, a := range all.inTemplateOrder() {
		switch {
		case a.in == "path" && !strings.HasPrefix(word(a.value), "-"):
			args = append(args, word(a.value))
		case a.in == "path" || a.required || a.name == chosen:
			flags = append(flags, a.flags(true)...)
		default:
			continue
		}
		shared.arguments = append(shared.arguments, a)
	}
	if args = append(args, flags...); shared.body != "" {
		args = append(args, "-d", shared.body)
	}
	shared.args = append(args, "--definition", filepath.Join(sdkDefinitions(), api+".json"))
	return shared
}

// choose selects one optional parameter if none outside the path is required.
func choose(arguments []argument, seed string) string {
	var optional []string
	for _, a := range arguments {
		if a.in != "path" && a.required {
			return ""
		}
		if a.in != "path" {
			optional = append(optional, a.name)
		}
	}
	if len(optional) == 0 {
		return ""
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(seed)) // never fails
	return optional[hash.Sum32()%uint32(len(optional))]
}
