package openapi

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// operation reads an operation object into one that knows its method and path.
func (r *reader) operation(op *operation.Operation) {
	var summary string
	r.object(func(name string) {
		switch name {
		case "operationId":
			op.ID = r.text()
		case "summary":
			summary = r.text()
		case "description":
			op.Description = r.text()
		case "tags":
			op.Tags = r.texts()
		case "deprecated":
			op.Deprecated = r.flag()
		case "security":
			op.Security = r.security()
		default:
			r.exchange(op, name)
		}
	})
	if op.Line == "" {
		op.Line = line(summary, op.Description)
	}
}

// exchange reads what goes out and comes back.
func (r *reader) exchange(op *operation.Operation, name string) {
	switch name {
	case "servers":
		op.Servers = r.servers()
	case "parameters":
		op.Params = r.parameters()
	case "requestBody":
		op.Body = follow(r, (*reader).body)
	case "responses":
		op.Responses = r.responses()
	default:
		r.skip()
	}
}

// security reads a list of requirement objects, of which one has to be met, or
// the word for it in the catalog's own files.
func (r *reader) security() operation.Security {
	switch r.kind() {
	case '"':
		return securityWord(r.text())
	case '[':
	default:
		r.skip()
		return operation.Required
	}
	var none, some bool
	r.list(func() {
		schemes := 0
		r.object(func(string) { schemes++; r.skip() })
		none, some = none || schemes == 0, some || schemes > 0
	})
	switch {
	case !some:
		return operation.Public
	case none:
		return operation.Optional
	}
	return operation.Required
}

func securityWord(word string) operation.Security {
	switch word {
	case "public":
		return operation.Public
	case "optional":
		return operation.Optional
	}
	return operation.Required
}

func (r *reader) body() *operation.Body {
	var body operation.Body
	if !r.object(func(name string) {
		switch name {
		case "required":
			body.Required = r.flag()
		case "description":
			body.Description = r.text()
		case "content":
			body.Contents = r.contents()
		default:
			r.skip()
		}
	}) {
		return nil
	}
	return &body
}

func (r *reader) responses() []*operation.Response {
	var found []*operation.Response
	r.object(func(status string) {
		if strings.HasPrefix(status, "x-") {
			r.skip()
			return
		}
		response := follow(r, (*reader).response)
		if response.Status = status; status != "default" {
			response.Status = strings.ToUpper(status)
		}
		found = append(found, &response)
	})
	return found
}

func (r *reader) response() operation.Response {
	var response operation.Response
	r.object(func(name string) {
		switch name {
		case "description":
			response.Description = r.text()
		case "content":
			response.Contents = r.contents()
		default:
			r.skip()
		}
	})
	return response
}

func (r *reader) contents() []*operation.Content {
	var found []*operation.Content
	r.object(func(mediaType string) {
		content := &operation.Content{MediaType: mediaType}
		r.object(func(name string) {
			switch name {
			case "schema":
				content.Schema = r.schema()
			case "example":
				content.Examples = append(content.Examples, operation.Example{Value: r.json()})
			case "examples":
				content.Examples = append(content.Examples, r.examples()...)
			default:
				r.skip()
			}
		})
		found = append(found, content)
	})
	return found
}

// examples reads a map of example objects. One that only has an externalValue
// is left out.
func (r *reader) examples() []operation.Example {
	var found []operation.Example
	r.object(func(name string) {
		if value := follow(r, (*reader).exampleValue); value != "" {
			found = append(found, operation.Example{Name: name, Value: value})
		}
	})
	return found
}

func (r *reader) exampleValue() string {
	var value string
	r.object(func(name string) {
		if name == "value" {
			value = r.json()
			return
		}
		r.skip()
	})
	return value
}
