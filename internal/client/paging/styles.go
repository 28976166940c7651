package paging

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// style is a way to paginate: a parameter and how to find its next value.
type style struct {
	params []string // possible names of the parameter
	takes  func(*openapi.Schema) bool

	// next returns the JSON value that requests the page after this one, nil if
	// nothing leads on.
	next func(w *walk, p param, at *Page) []byte

	// counts is true if next finds a value after every page, so that only the pages'
	// content tells the end of the list.
	counts bool
}

// styles returns all styles, the most likely first if an operation has the
// parameters of several: a cursor before an offset, which may be limited. A link to
// the next page needs no parameter and is followed in every style.
func styles() []style {
	return []style{
		{params: convention.CursorParams(), takes: isOpaque, next: nextCursor},
		{params: convention.OffsetParams(), takes: isNumeric, next: nextOffset, counts: true},
		{params: convention.PageParams(), takes: isNumeric, next: nextNumber, counts: true},
		{params: convention.SearchAfterParams(), takes: isOpaque, next: searchAfter},
		{params: convention.LastItemParams(), takes: isOpaque, next: lastItem, counts: true},
		{params: convention.AfterParams(), takes: isOpaque, next: nextCursor},
	}
}

// method is a style and the operation's parameter for it.
type method struct {
	style
	param param
}

func waysOf(op *openapi.Operation) []method {
	var methods []method
	for _, s := range styles() {
		if p := find(op, s.params, s.takes); p.name != "" {
			methods = append(methods, method{s, p})
		}
	}
	return methods
}

func sizeOf(op *openapi.Operation) param { return find(op, convention.SizeParams(), isNumeric) }

// isNumeric prevents a date "from" from being taken for an offset.
func isNumeric(s *openapi.Schema) bool {
	types := schema.Types(s)
	return slices.Contains(types, "integer") || slices.Contains(types, "number")
}

// isOpaque prevents a date "after" from being taken for a cursor.
func isOpaque(s *openapi.Schema) bool {
	format := strings.ToLower(schema.Shape(s).Format)
	return !strings.HasPrefix(format, "date") && !strings.HasPrefix(format, "time")
}

// nextCursor returns the cursor from the response.
func nextCursor(_ *walk, p param, at *Page) []byte { return at.lookup(convention.Cursors(p.name)) }

// nextOffset returns the offset after the items so far.
func nextOffset(w *walk, p param, at *Page) []byte {
	if w.ended(p, at) {
		return nil
	}
	if stated, ok := at.lookupNumber(convention.NextNames(p.name)); ok {
		return number(stated)
	}
	return number(p.number(w.req, 0) + len(at.Items))
}

// nextNumber returns the number of the next page. If neither the request, the
// definition nor the response reveals the first number, it may be 0: page 1 is
// requested, and a repeated page reveals that numbering starts at 1.
func nextNumber(w *walk, p param, at *Page) []byte {
	if w.ended(p, at) {
		return nil
	}
	if stated, ok := at.lookupNumber(convention.NextNames(p.name)); ok {
		return number(stated)
	}
	current := p.number(w.req, p.first)
	if stated := at.pageNumber(); w.number == 1 && !p.isSet(w.req) && (stated == 0 || stated == 1) {
		current = stated
	}
	return number(current + 1)
}

// searchAfter returns the sort key of the last item, as in Elasticsearch.
func searchAfter(_ *walk, _ param, at *Page) []byte {
	if raw := at.lookup(convention.SortKeys()); raw != nil || len(at.Items) == 0 {
		return raw
	}
	return at.last("sort")
}

// lastItem returns the ID of the last item.
func lastItem(w *walk, p param, at *Page) []byte {
	if w.ended(p, at) {
		return nil
	}
	if raw := at.lookup(convention.NextNames(p.name)); raw != nil {
		return raw
	}
	return at.last("id", "_id")
}

func number(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }

// isNothing reports whether a value does not lead to a page.
func isNothing(raw []byte) bool {
	return raw == nil || slices.Contains([]string{"null", `""`, "false", "{}", "[]"}, string(bytes.TrimSpace(raw)))
}

// param is a query parameter, a header or a member of the body.
type param struct {
	name  string // "" if there is none
	in    string // query, header or body
	first int    // for page numbers: the first one, 0 if unknown
}

// find returns the first of the names that the operation has with a suitable schema.
// Headers have their own spelling, such as "X-Next-Token".
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

// firstPage returns the number of the first page according to the definition: the
// default, or a minimum other than 0, which any list can have.
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

// set returns the request with a new value for the parameter, in JSON.
func (k param) set(req *http.Request, raw []byte) (*http.Request, error) {
	if k.in == "body" {
		return k.setMember(req, raw)
	}
	other, err := again(req)
	switch {
	case err != nil:
		return nil, err
	case k.in == "header":
		other.Header.Set(k.name, jsonx.Unquote(raw))
	default:
		other.URL.RawQuery = setQuery(req.URL.RawQuery, k.name, jsonx.Unquote(raw))
	}
	return other, nil
}

func (k param) setMember(req *http.Request, raw []byte) (*http.Request, error) {
	text, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	members, ok := jsonx.ParseObject(text)
	if !ok {
		return nil, failure.New(failure.Usage, "--all needs a body that is a JSON object, to set %q in it", k.name)
	}
	other := req.Clone(req.Context())
	setBody(other, members.With(k.name, raw).Text())
	return other, nil
}

// get returns the value in the request, "" if there is none.
func (k param) get(req *http.Request) string {
	switch k.in {
	case "query":
		return req.URL.Query().Get(k.name)
	case "header":
		return req.Header.Get(k.name)
	case "body":
		return jsonx.Unquote(memberOf(req, k.name))
	}
	return ""
}

// isSet reports whether the request has a value for the parameter.
func (k param) isSet(req *http.Request) bool {
	text := k.get(req)
	return text != "" && text != "null"
}

// number returns the parameter's value in the request as a number, or otherwise.
func (k param) number(req *http.Request, otherwise int) int {
	if n, err := strconv.Atoi(k.get(req)); err == nil {
		return n
	}
	return otherwise
}

// memberOf returns a member of the request body, nil if there is none.
func memberOf(req *http.Request, name string) []byte {
	body, _ := bodyOf(req)
	members, _ := jsonx.ParseObject(body)
	return members.Get(name)
}

// setQuery replaces the pairs with this name and leaves the others unchanged.
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

// bodyOf returns the request body, or an empty object if there is none.
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

// again returns the request with an unread body.
func again(req *http.Request) (*http.Request, error) {
	other := req.Clone(req.Context())
	if req.GetBody == nil || req.Body == nil || req.Body == http.NoBody {
		return other, nil
	}
	body, err := req.GetBody()
	other.Body = body
	return other, err
}

// bare normalizes a header name: "X-Next-Token" becomes next_token.
func bare(name string) string {
	name = strings.TrimPrefix(strings.ToLower(name), "x-")
	return strings.NewReplacer("-", "", "_", "").Replace(name)
}
