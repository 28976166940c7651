package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// sent is a request for an operation, made of sample values from the definition.
type sent struct {
	*wholeMock
	api       string
	op        *openapi.Operation
	values    []value
	body      string
	mediaType string
	other     string // the method, if it differs from the operation's
	tail      string // appended to the path
	anonymous bool
}

// value is a parameter's value as JSON.
type value struct {
	param *openapi.Param
	json  any
}

// bare returns a request with sample values for the required parameters.
func (s *sent) bare() *sent {
	c := *s
	for _, p := range s.op.Params {
		if p.Required {
			c.values = append(c.values, value{p, sampleOf(p)})
		}
	}
	if s.op.Body != nil && s.op.Body.Required {
		c.takeBody(false)
	}
	return &c
}

// least also has the minimal body, if the operation accepts one.
func (s *sent) least() *sent {
	c := s.bare()
	if s.op.Body != nil {
		c.takeBody(false)
	}
	return c
}

// full has every parameter, and every member of the body.
func (s *sent) full() *sent {
	c := *s
	for _, p := range s.op.Params {
		c.values = append(c.values, value{p, sampleOf(p)})
	}
	if s.op.Body != nil {
		c.takeBody(true)
	}
	return &c
}

func (s *sent) takeBody(full bool) {
	content := s.op.Body.Contents[0]
	s.setBody(schema.SampleFor(content.Schema, full, schema.Request))
}

func (s *sent) setBody(text string) {
	if s.op.Body == nil {
		s.mediaType, s.body = "application/json", text
		return
	}
	s.mediaType, s.body = s.op.Body.Contents[0].MediaType, text
	if s.mediaType == "multipart/form-data" {
		s.mediaType, s.body = asForm(text)
	}
}

// asForm returns a form with the members of the JSON object.
func asForm(text string) (mediaType, body string) {
	members := map[string]any{}
	_ = json.Unmarshal([]byte(text), &members) // the sample is an object
	for name, member := range members {
		body += "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + plainWord(member) + "\r\n"
	}
	return "multipart/form-data; boundary=x", body + "--x--\r\n"
}

// sampleOf returns the definition's example if it is valid, as the man pages do.
func sampleOf(p *openapi.Param) any {
	if p.Example != "" {
		if example, err := schema.Decode([]byte(p.Example)); err == nil && len(schema.Check(p.Schema, example, schema.Request)) == 0 {
			return example
		}
	}
	for _, full := range []bool{false, true} {
		text := schema.SampleFor(p.Schema, full, schema.Request)
		if sample, err := schema.Decode([]byte(text)); err == nil && (full || text != "[]" && text != "{}") {
			return sample
		}
	}
	return "string"
}

func (s *sent) method() string {
	if s.other != "" {
		return s.other
	}
	return s.op.Method
}

// target returns the path with its parameters, and the query.
func (s *sent) target() string {
	path, query := s.op.Path, []string{}
	for _, v := range s.values {
		switch v.param.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+v.param.Name+"}", url.PathEscape(plainWord(v.json)))
		case "query":
			query = append(query, v.pairs()...)
		}
	}
	return path + s.tail + "?" + strings.Join(query, "&")
}

// pairs supports form style only, as the catalog has no other.
func (v value) pairs() []string {
	name := url.QueryEscape(v.param.Name)
	switch json := v.json.(type) {
	case []any:
		segments := make([]string, len(json))
		for i, element := range json {
			segments[i] = url.QueryEscape(plainWord(element))
		}
		if v.param.Explode && len(segments) > 0 {
			return []string{name + "=" + strings.Join(segments, "&"+name+"=")}
		}
		return []string{name + "=" + strings.Join(segments, ",")}
	case map[string]any:
		var pairs []string
		for member, word := range json {
			pairs = append(pairs, url.QueryEscape(member)+"="+url.QueryEscape(plainWord(word)))
		}
		return pairs
	}
	return []string{name + "=" + url.QueryEscape(plainWord(v.json))}
}

func plainWord(value any) string {
	if text, isText := value.(string); isText {
		return text
	}
	text, _ := json.Marshal(value) // decoded values can always be encoded
	return string(text)
}

func (s *sent) fill(header http.Header) {
	for _, v := range s.values {
		if v.param.In == "header" {
			header.Set(v.param.Name, plainWord(v.json))
		}
	}
	if s.mediaType != "" {
		header.Set("Content-Type", s.mediaType)
	}
	if s.op.Security != openapi.Public && !s.anonymous {
		header.Set("Authorization", "Bearer "+s.token)
	}
}

// String returns the request on one line.
func (s *sent) String() string {
	return s.api + " " + s.op.ID + ": " + s.method() + " " + s.target() + " " + s.body
}
