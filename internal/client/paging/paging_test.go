package paging_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func typed(name string) *openapi.Schema { return &openapi.Schema{Types: []string{name}} }

// lists returns an operation with query parameters "name:type", or with these
// members in the body if the method is POST.
func lists(method string, words ...string) *openapi.Operation {
	op := &openapi.Operation{ID: "list", Method: method}
	body := &openapi.Schema{Types: []string{"object"}}
	for _, word := range words {
		name, kind, _ := strings.Cut(word, ":")
		if method == "POST" {
			body.Properties = append(body.Properties, openapi.Property{Name: name, Schema: typed(kind)})
			continue
		}
		op.Params = append(op.Params, &openapi.Param{Name: name, In: "query", Schema: typed(kind)})
	}
	if method == "POST" {
		op.Body = &openapi.Body{Contents: []*openapi.Content{{MediaType: "application/json", Schema: body}}}
	}
	return op
}

// script is a server with a response for each request line, "METHOD uri body".
type script struct {
	answers map[string]string
	asked   []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	line := strings.TrimSpace(r.Method + " " + r.RequestURI + " " + string(text))
	if header := r.Header.Get("X-Ms-Continuation"); header != "" {
		line += " ms=" + header
	}
	s.asked = append(s.asked, line)
	answer, known := s.answers[line]
	status, answer, coded := strings.Cut(answer, "|")
	if !known {
		status, answer, coded = "500", "no such page", true
	}
	if !coded {
		status, answer = "200", status
	}
	if line, rest, found := strings.Cut(answer, "\n"); found {
		name, text, named := strings.Cut(line, ": ")
		if !named {
			name, text = "Link", line
		}
		w.Header().Set(name, strings.ReplaceAll(text, "HOST", r.Host))
		answer = rest
	}
	answer = strings.ReplaceAll(answer, "HOST", r.Host)
	w.Header().Set("Content-Type", "application/json")
	code, _ := strconv.Atoi(status)
	w.WriteHeader(code)
	_, _ = io.WriteString(w, answer)
}

type outcome struct {
	text   string
	warned []string
	err    error
}

func follow(t *testing.T, server http.Handler, op *openapi.Operation, uri, body string, o paging.Options) outcome {
	t.Helper()
	host := httptest.NewServer(server)
	defer host.Close()
	var got outcome
	o.Operation = op
	o.Send = host.Client().Do
	o.Warn = func(message string) { got.warned = append(got.warned, message) }
	pages, err := paging.New(o)
	if err != nil {
		return outcome{err: err}
	}
	var payload io.Reader
	if body != "" {
		payload = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), op.Method, host.URL+uri, payload)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := paging.Merge(pages.Pages(req), false)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	got.text, got.err = string(text), err
	return got
}

func TestStyles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		op      *openapi.Operation
		uri     string
		body    string
		options paging.Options
		answers []string // request line, response, …
		want    string
		warned  string
	}{
		{
			name: "from and size, by total", op: lists("GET", "from:integer", "size:integer"), uri: "/l?q=a%20b",
			answers: []string{"GET /l?q=a%20b", `{"hits":3,"results":[1.10,2]}`, "GET /l?q=a%20b&from=2", `{"hits":3,"results":[{"a":1}]}`},
			want:    `{"hits":3,"results":[1.10,2,{"a":1}]}`,
		},
		{
			name: "total of the page only", op: lists("GET", "from:integer"), uri: "/l",
			answers: []string{"GET /l", `{"results":[1,2],"total":2}`, "GET /l?from=2", `{"results":[3],"total":1}`, "GET /l?from=3", `{"results":[],"total":0}`},
			want:    `{"results":[1,2,3],"total":2}`,
		},
		{
			name: "from that the line sets, and a size that the server ignores", op: lists("GET", "offset:integer", "limit:integer"), uri: "/l?offset=10",
			options: paging.Options{PageSize: 1000},
			answers: []string{"GET /l?offset=10&limit=1000", `[1,2]`, "GET /l?limit=1000&offset=12", `[3]`, "GET /l?limit=1000&offset=13", `[]`},
			want:    `[1,2,3]`,
		},
		{
			name: "pages", op: lists("GET", "page:integer", "pageSize:integer"), uri: "/l?page=1",
			answers: []string{"GET /l?page=1", `{"pagination":{"total":3},"apps":[1,2]}`, "GET /l?page=2", `{"pagination":{"total":3},"apps":[3]}`},
			want:    `{"pagination":{"total":3},"apps":[1,2,3]}`,
		},
		{
			name: "cursor", op: lists("GET", "cursor:string", "limit:integer"), uri: "/l",
			answers: []string{"GET /l", `{"next_cursor":"a b","results":[1],"x":1}`, "GET /l?cursor=a%20b", `{"next_cursor":null,"results":[2],"x":2}`},
			want:    `{"results":[1,2],"x":1,"next_cursor":null}`,
		},
		{
			name: "token", op: lists("GET", "next_token:string"), uri: "/l",
			answers: []string{"GET /l", `{"items":[1],"next_token":"t"}`, "GET /l?next_token=t", `{"items":[2]}`},
			want:    `{"items":[1,2]}`,
		},
		{
			name: "search with from", op: lists("POST", "from:integer", "size:integer", "q:string"), uri: "/l", body: `{"q":"1.10","from":0}`,
			options: paging.Options{PageSize: 2},
			answers: []string{
				`POST /l {"q":"1.10","from":0,"size":2}`, `{"hits":{"total":{"value":3},"hits":[1,2]}}`,
				`POST /l {"q":"1.10","from":2,"size":2}`, `{"hits":{"total":{"value":3},"hits":[3]}}`,
			},
			want: `{"hits":{"total":{"value":3},"hits":[1,2,3]}}`,
		},
		{
			name: "search with a cursor that is an object", op: lists("POST", "cursor:object"), uri: "/l",
			answers: []string{
				`POST /l`, `{"data":[1],"next_cursor":{"id":12345678901234567890},"has_more":true}`,
				`POST /l {"cursor":{"id":12345678901234567890}}`, `{"data":[2],"next_cursor":{"id":1},"has_more":false}`,
			},
			want: `{"data":[1,2],"next_cursor":{"id":1},"has_more":false}`,
		},
		{
			name: "links", op: lists("GET"), uri: "/l",
			answers: []string{"GET /l", "200|</l?p=2>; rel=\"next\", </l>; rel=first\n[1]", "GET /l?p=2", "200|</l>; rel=prev\n[2]"},
			want:    `[1,2]`,
		},
		{
			name: "a date is no offset", op: lists("GET", "from:string"), uri: "/l",
			answers: []string{"GET /l", `[1]`}, want: `[1]`, warned: "list is not paginated",
		},
		{
			name: "the same page for ever", op: lists("GET", "from:integer"), uri: "/l",
			answers: []string{"GET /l", `[1,2]`, "GET /l?from=2", `[1,2]`}, want: `[1,2]`, warned: "page 2 repeats page 1",
		},
		{
			name: "most items, within a page", op: lists("GET", "cursor:string"), uri: "/l", options: paging.Options{MaxItems: 3},
			answers: []string{"GET /l", `{"data":[1,2],"cursor":"a"}`, "GET /l?cursor=a", `{"data":[3,4],"cursor":"b"}`},
			want:    `{"data":[1,2,3]}`,
		},
		{
			name: "most items, at the end of a page", op: lists("GET", "cursor:string"), uri: "/l", options: paging.Options{MaxItems: 2},
			answers: []string{"GET /l", `{"data":[1,2],"cursor":"a"}`}, want: `{"data":[1,2],"cursor":"a"}`,
		},
		{
			name: "no list", op: lists("GET", "from:integer"), uri: "/l",
			answers: []string{"GET /l", `{"id": 1}`}, want: `{"id": 1}`, warned: "is not a list",
		},
		{
			name: "a refusal", op: lists("GET", "from:integer"), uri: "/l",
			answers: []string{"GET /l", `404|{"error":"gone"}`}, want: `{"error":"gone"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &script{answers: map[string]string{}}
			for i := 0; i < len(tt.answers); i += 2 {
				server.answers[tt.answers[i]] = tt.answers[i+1]
			}
			got := follow(t, server, tt.op, tt.uri, tt.body, tt.options)
			if got.err != nil || got.text != tt.want {
				t.Errorf("got %s, %v, want %s\n%s", got.text, got.err, tt.want, strings.Join(server.asked, "\n"))
			}
			if warned := strings.Join(got.warned, "; "); !strings.Contains(warned, tt.warned) || (warned == "") != (tt.warned == "") {
				t.Errorf("warned %q, want %q", warned, tt.warned)
			}
			if len(server.asked) != len(tt.answers)/2 {
				t.Errorf("asked %q", server.asked)
			}
		})
	}
}
