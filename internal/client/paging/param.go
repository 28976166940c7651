package paging

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// param is a parameter of the query, a header, or a member of the body.
type param struct {
	name  string // "" for none
	in    string // query, header or body
	first int    // where it counts pages: the number of the first one, 0 where that is not known
}

// find looks for the first of the names that the operation has and whose schema
// will do. Headers are spelled in ways of their own: "X-Next-Token".
func find(op *openapi.Operation, names []string, takes func(*openapi.Schema) bool) param {
	body := op.Body.JSON()
	for _, name := range names {
		if p := op.Param(name, "query"); p != nil && takes(p.Schema) {
			return param{name: name, in: "query", first: firstPage(p.Schema)}
		}
		if member := schema.Member(body, name); schema.Declares(body, name) && takes(member) {
			return param{name: name, in: "body", first: firstPage(member)}
		}
	}
	for _, p := range op.Params {
		if p.In == "header" && slices.ContainsFunc(names, func(name string) bool { return bare(name) == bare(p.Name) }) && takes(p.Schema) {
			return param{name: p.Name, in: "header", first: firstPage(p.Schema)}
		}
	}
	return param{}
}

// firstPage is the number of the first page as the definition says it: the
// default, or a least number that is not 0, which any list may have.
func firstPage(s *openapi.Schema) int {
	shape := schema.Shape(s)
	if n, err := strconv.Atoi(shape.Default); err == nil {
		return n
	}
	least, err := strconv.Atoi(shape.Minimum)
	if err == nil && shape.ExclusiveMinimum {
		least++
	}
	return max(least, 0)
}

// set returns the request with another value, a JSON text, of the parameter.
func (k param) set(req *http.Request, raw []byte) (*http.Request, error) {
	if k.in == "body" {
		return k.setMember(req, raw)
	}
	other, err := again(req)
	switch {
	case err != nil:
		return nil, err
	case k.in == "header":
		other.Header.Set(k.name, plain(raw))
	default:
		other.URL.RawQuery = setQuery(req.URL.RawQuery, k.name, plain(raw))
	}
	return other, nil
}

func (k param) setMember(req *http.Request, raw []byte) (*http.Request, error) {
	text, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	members, ok := objectOf(text)
	if !ok {
		return nil, failure.New(failure.Usage, "--all needs a body that is a JSON object, to set %q in it", k.name)
	}
	other := req.Clone(req.Context())
	setBody(other, join(members, k.name, raw))
	return other, nil
}

// get is the value in the request, "" for none.
func (k param) get(req *http.Request) string {
	switch k.in {
	case "query":
		return req.URL.Query().Get(k.name)
	case "header":
		return req.Header.Get(k.name)
	case "body":
		return plain(memberOf(req, k.name))
	}
	return ""
}

// isSet reports whether the request has a value for the parameter.
func (k param) isSet(req *http.Request) bool {
	text := k.get(req)
	return text != "" && text != "null"
}

// number is the parameter's value in the request as a number, or otherwise.
func (k param) number(req *http.Request, otherwise int) int {
	if n, err := strconv.Atoi(k.get(req)); err == nil {
		return n
	}
	return otherwise
}

// memberOf is a member of the request's body, nil for none.
func memberOf(req *http.Request, name string) []byte {
	body, _ := bodyOf(req)
	members, _ := objectOf(body)
	return value(members, name)
}

// setQuery replaces the pairs of a name and leaves the others as they are.
func setQuery(query, name, text string) string {
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if plainKey, err := url.QueryUnescape(key); pair != "" && (err != nil || plainKey != name) {
			pairs = append(pairs, pair)
		}
	}
	escaped := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	return strings.Join(append(pairs, url.QueryEscape(name)+"="+escaped), "&")
}

// join writes an object with one member set anew.
func join(members []member, name string, raw []byte) []byte {
	if i := slices.IndexFunc(members, func(m member) bool { return m.name == name }); i >= 0 {
		members[i].raw = raw
	} else {
		members = append(members, member{name: name, raw: raw})
	}
	return object(members)
}

// bodyOf is the request's body, an empty object where there is none.
func bodyOf(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody == nil {
		return []byte("{}"), nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return bytes.TrimSpace(text), err
}

func setBody(req *http.Request, text []byte) {
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	req.Body, _ = req.GetBody()
	req.ContentLength = int64(len(text))
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
}

// again is the request with a body that was not read yet.
func again(req *http.Request) (*http.Request, error) {
	other := req.Clone(req.Context())
	if req.GetBody == nil || req.Body == nil || req.Body == http.NoBody {
		return other, nil
	}
	body, err := req.GetBody()
	other.Body = body
	return other, err
}

// bare is a name without what headers add to it: "X-Next-Token" is next_token.
func bare(name string) string {
	name = strings.TrimPrefix(strings.ToLower(name), "x-")
	return strings.NewReplacer("-", "", "_", "").Replace(name)
}

// plain is the text of a JSON string, or the JSON text of another value.
func plain(raw []byte) string {
	if first(raw) != '"' {
		return string(raw)
	}
	text, _ := jsontext.AppendUnquote(nil, raw) // it was decoded before
	return string(text)
}
