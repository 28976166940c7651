package acceptance

import (
	"slices"
	"strings"
)

// document is an OpenAPI document as JSON.
type document struct{ root object }

type object = map[string]any

func (d document) promises() []promise {
	var found []promise
	for path, item := range members(d.root, "paths") {
		for method := range d.follow(item) {
			if slices.Contains([]string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}, method) {
				found = append(found, d.promise(path, method, d.follow(item)))
			}
		}
	}
	return found
}

func (d document) promise(path, method string, item object) promise {
	op := members(item, method)
	id, _ := op["operationId"].(string)
	p := promise{id: id, method: strings.ToUpper(method), path: path, params: d.params(item, op)}
	security, said := op["security"].([]any)
	if !said {
		security, said = d.root["security"].([]any)
	}
	p.public = said && !slices.ContainsFunc(security, func(scheme any) bool { return len(scheme.(object)) > 0 })
	if body := d.follow(op["requestBody"]); body != nil {
		p.bodyRequired, _ = body["required"].(bool)
		p.mediaType = mediaType(members(body, "content"))
	}
	return p
}

// params returns the parameters of the path, overridden by those of the operation.
func (d document) params(item, op object) []promisedParam {
	var found []promisedParam
	for _, owner := range []object{item, op} {
		list, _ := owner["parameters"].([]any)
		for _, entry := range list {
			p := describe(d.follow(entry))
			same := func(q promisedParam) bool { return q.name == p.name && q.in == p.in }
			if found = slices.DeleteFunc(found, same); !ignored(p) {
				found = append(found, p)
			}
		}
	}
	return found
}

// describe fills in the defaults of OpenAPI 3.1, section 4.8.12.2.
func describe(param object) promisedParam {
	p := promisedParam{style: "simple"}
	p.name, _ = param["name"].(string)
	p.in, _ = param["in"].(string)
	if p.in == "query" || p.in == "cookie" {
		p.style = "form"
	}
	if style, said := param["style"].(string); said {
		p.style = style
	}
	p.explode = p.style == "form"
	if explode, said := param["explode"].(bool); said {
		p.explode = explode
	}
	p.required, _ = param["required"].(bool)
	return p
}

// ignored reports headers that are not parameters, by the same section.
func ignored(p promisedParam) bool {
	return p.in == "header" && slices.Contains([]string{"accept", "content-type", "authorization"}, strings.ToLower(p.name))
}

func mediaType(content object) string {
	first := ""
	for name := range content {
		if strings.HasPrefix(name, "application/json") {
			return name
		}
		first = name
	}
	return first
}

// follow returns the object, or the one it references.
func (d document) follow(value any) object {
	o, _ := value.(object)
	ref, isRef := o["$ref"].(string)
	if !isRef {
		return o
	}
	target := d.root
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		target = members(target, strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	return d.follow(target)
}

func members(o object, name string) object {
	inner, _ := o[name].(object)
	return inner
}
