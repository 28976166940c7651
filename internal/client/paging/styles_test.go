package paging_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// walked is a list of three items and the server's statements about its pages.
// answers alternates request lines and responses; exactly these must be requested,
// in this order.
type walked struct {
	name    string
	op      *openapi.Operation
	uri     string // "/l" if empty
	body    string
	options paging.Options
	answers []string
	want    string // the merged document
	err     string // of kind Network; the output is then left unclosed
	warned  string
}

func (tt *walked) run(t *testing.T) {
	t.Parallel()
	server, order := &script{answers: map[string]string{}}, []string{}
	for i := 0; i < len(tt.answers); i += 2 {
		server.answers[tt.answers[i]] = tt.answers[i+1]
		order = append(order, tt.answers[i])
	}
	uri := tt.uri
	if uri == "" {
		uri = "/l"
	}
	got := follow(t, server, tt.op, uri, tt.body, tt.options)
	if asked := strings.Join(server.asked, "\n"); asked != strings.Join(order, "\n") {
		t.Errorf("asked\n%s\nwant\n%s", asked, strings.Join(order, "\n"))
	}
	if got.text != tt.want {
		t.Errorf("got %s, want %s", got.text, tt.want)
	}
	switch failed := got.err != nil; {
	case failed != (tt.err != "") || failed && !strings.Contains(got.err.Error(), tt.err):
		t.Errorf("got %v, want %q", got.err, tt.err)
	case failed && (failure.ExitStatus(got.err) != 3 || !strings.Contains(failure.Of(got.err).Hint, "not complete")):
		t.Errorf("status %d, hint %q", failure.ExitStatus(got.err), failure.Of(got.err).Hint)
	}
	if warned := strings.Join(got.warned, "; "); !strings.Contains(warned, tt.warned) || (warned == "") != (tt.warned == "") {
		t.Errorf("warned %q, want %q", warned, tt.warned)
	}
}

// numbered returns an operation whose definition declares the first page number.
func numbered(first string) *openapi.Operation {
	op := lists("GET", "page:integer")
	op.Params[0].Schema.Default = first
	return op
}

func headed(header string) *openapi.Operation {
	op := lists("GET")
	op.Params = append(op.Params, &openapi.Param{Name: header, In: "header", Schema: typed("string")})
	return op
}

func TestEachStyle(t *testing.T) {
	t.Parallel()
	three := `[1,2,3]`
	tests := []walked{
		{name: "offset", op: lists("GET", "offset:integer"), want: three, answers: []string{"GET /l", `[1,2]`, "GET /l?offset=2", `[3]`, "GET /l?offset=3", `[]`}},
		{name: "next offset", op: lists("GET", "offset:integer"), want: `{"data":[1,2],"nextOffset":null}`, answers: []string{"GET /l", `{"nextOffset":50,"data":[1]}`, "GET /l?offset=50", `{"data":[2],"nextOffset":null}`, "GET /l?offset=51", `{"data":[],"nextOffset":null}`}},
		{name: "pages from 1, as the definition says", op: numbered("1"), want: three, answers: []string{"GET /l", `[1,2]`, "GET /l?page=2", `[3]`, "GET /l?page=3", `[]`}},
		{name: "pages from 0, as the definition says", op: numbered("0"), want: three, answers: []string{"GET /l", `[1,2]`, "GET /l?page=1", `[3]`, "GET /l?page=2", `[]`}},
		{name: "pages from 1, unsaid", op: lists("GET", "page:integer"), want: three, answers: []string{"GET /l", `[1,2]`, "GET /l?page=1", `[1,2]`, "GET /l?page=2", `[3]`, "GET /l?page=3", `[]`}},
		{name: "pages from 0, unsaid", op: lists("GET", "page:integer"), want: three, answers: []string{"GET /l", `[1,2]`, "GET /l?page=1", `[3]`, "GET /l?page=2", `[]`}},
		{name: "pages from 0, as the response says", op: numbered("1"), want: `{"page":0,"data":[1,2]}`, answers: []string{"GET /l", `{"page":0,"data":[1]}`, "GET /l?page=1", `{"page":1,"data":[2]}`, "GET /l?page=2", `{"page":2,"data":[]}`}},
		{name: "pages from 1, as the response says", op: lists("GET", "page:integer"), want: `{"meta":{"current_page":1},"data":[1,2]}`, answers: []string{"GET /l", `{"meta":{"current_page":1},"data":[1]}`, "GET /l?page=2", `{"meta":{"current_page":2},"data":[2]}`, "GET /l?page=3", `{"meta":{"current_page":3},"data":[]}`}},
		{name: "a page that the line names", op: lists("GET", "page:integer"), uri: "/l?page=0", want: three, answers: []string{"GET /l?page=0", `[1,2]`, "GET /l?page=1", `[3]`, "GET /l?page=2", `[]`}},
		{name: "next page in a header", op: numbered("1"), want: three, answers: []string{"GET /l", "200|X-Next-Page: 7\n[1,2]", "GET /l?page=7", `[3]`, "GET /l?page=8", `[]`}},
		{name: "a page after the last is refused", op: numbered("1"), want: `{"count":2,"results":[1,2]}`, answers: []string{"GET /l", `{"count":2,"results":[1,2]}`, "GET /l?page=2", `404|{"detail":"Invalid page."}`}},
		{name: "cursor", op: lists("GET", "pageToken:string"), want: `{"data":[1,2,3],"nextPageToken":""}`, answers: []string{"GET /l", `{"nextPageToken":"a/b","data":[1,2]}`, "GET /l?pageToken=a%2Fb", `{"data":[3],"nextPageToken":""}`}},
		{name: "cursor below paging", op: lists("GET", "after:string"), want: `{"data":[1,2],"paging":{"cursors":{}}}`, answers: []string{"GET /l", `{"data":[1],"paging":{"cursors":{"after":"x"}}}`, "GET /l?after=x", `{"data":[2],"paging":{"cursors":{}}}`}},
		{name: "cursor in a header", op: lists("GET", "cursor:string"), want: three, answers: []string{"GET /l", "200|X-Next-Cursor: a\n[1,2]", "GET /l?cursor=a", `[3]`}},
		{name: "the cursor of this page beside none for the next", op: lists("GET", "cursor:string"), want: `{"data":[1],"cursor":"a","next_cursor":null}`, answers: []string{"GET /l", `{"data":[1],"cursor":"a","next_cursor":null}`}},
		{name: "a page without items has a cursor", op: lists("GET", "cursor:string"), want: `{"data":[1,2]}`, answers: []string{"GET /l", `{"data":[1],"cursor":"a"}`, "GET /l?cursor=a", `{"data":[],"cursor":"b"}`, "GET /l?cursor=b", `{"data":[2]}`}},
		{name: "an empty page with its own cursor is the last", op: lists("GET", "cursor:string"), want: `{"data":[1],"cursor":"a"}`, answers: []string{"GET /l", `{"data":[1],"cursor":"a"}`, "GET /l?cursor=a", `{"data":[],"cursor":"a"}`}},
		{name: "has_more and starting_after", op: lists("GET", "starting_after:string"), want: `{"data":[{"id":"a"},{"id":"b"}],"has_more":false}`, answers: []string{"GET /l", `{"has_more":true,"data":[{"id":"a"}]}`, "GET /l?starting_after=a", `{"has_more":false,"data":[{"id":"b"}]}`}},
		{name: "after_id, by total", op: lists("GET", "after_id:integer"), want: `{"total":2,"results":[{"id":7},{"id":9}]}`, answers: []string{"GET /l", `{"total":2,"results":[{"id":7}]}`, "GET /l?after_id=7", `{"total":2,"results":[{"id":9}]}`}},
		{name: "an object that has a cursor on the last page only", op: lists("GET", "from:integer"), want: `{"meta":{"total":2},"data":[1,2]}`, answers: []string{"GET /l", `{"meta":{"total":2},"data":[1]}`, "GET /l?from=1", `{"meta":{"total":2,"cursor":"b"},"data":[2]}`}},
		{name: "names as the server spells them", op: lists("GET", "cursor:string"), want: `{"\u00fc":{"\/":1},"data":[1]}`, answers: []string{"GET /l", `{"\u00fc":{"\/":1},"data":[1]}`}},
		{name: "hasMore ends", op: lists("GET", "from:integer"), want: `{"data":[1,2],"hasMore":false}`, answers: []string{"GET /l", `{"data":[1,2],"hasMore":false}`}},
		{name: "hasMore goes on past a total", op: lists("GET", "from:integer"), want: `{"total":2,"data":[1,2],"hasMore":false}`, answers: []string{"GET /l", `{"total":2,"data":[1],"hasMore":true}`, "GET /l?from=1", `{"total":2,"data":[2],"hasMore":false}`}},
		{name: "links.next", op: lists("GET"), want: `{"data":[1,2],"links":{"self":"b"}}`, answers: []string{"GET /l", `{"links":{"next":"/l?page[number]=2"},"data":[1]}`, "GET /l?page[number]=2", `{"data":[2],"links":{"self":"b"}}`}},
		{name: "_links.next.href", op: numbered("0"), want: `{"data":[1,2],"_links":{}}`, answers: []string{"GET /l", `{"data":[1],"_links":{"next":{"href":"?p=2"}}}`, "GET /l?p=2", `{"data":[2],"_links":{}}`}},
		{name: "a list of links", op: lists("GET"), want: `{"data":[1,2],"links":[]}`, answers: []string{"GET /l", `{"data":[1],"links":[{"rel":"self","href":"/l"},{"rel":"next","href":"/l?p=2"}]}`, "GET /l?p=2", `{"data":[2],"links":[]}`}},
		{name: "next is a URL", op: lists("GET", "page:integer"), want: `{"count":2,"results":[1,2],"next":null}`, answers: []string{"GET /l", `{"count":2,"next":"http://HOST/l?page=2","results":[1]}`, "GET /l?page=2", `{"count":2,"next":null,"results":[2]}`}},
		{name: "nextLink beside a cursor", op: lists("GET", "cursor:string"), want: `{"value":[1,2]}`, answers: []string{"GET /l", `{"value":[1],"@odata.nextLink":"/l?$skiptoken=9"}`, "GET /l?$skiptoken=9", `{"value":[2]}`}},
		{name: "a cursor that looks like a path", op: lists("GET", "next:string"), want: `{"data":[1,2]}`, answers: []string{"GET /l", `{"data":[1],"next":"/w=="}`, "GET /l?next=%2Fw%3D%3D", `{"data":[2]}`}},
		{name: "search_after", op: lists("POST", "search_after:array"), body: `{"q":"x"}`, want: `{"hits":[1,2]}`, answers: []string{`POST /l {"q":"x"}`, `{"hits":[1],"sort_end":["a",1.50]}`, `POST /l {"q":"x","search_after":["a",1.50]}`, `{"hits":[2]}`}},
		{name: "search_after of the last item", op: lists("POST", "search_after:array"), body: `{}`, want: `{"hits":[{"sort":[1]}]}`, answers: []string{`POST /l {}`, `{"hits":[{"sort":[1]}]}`, `POST /l {"search_after":[1]}`, `{"hits":[]}`}},
		{name: "search_after where the sort is by id", op: lists("POST", "from:integer", "search_after:array"), body: `{"sort":"_id:asc"}`, want: `{"results":[1,2]}`, answers: []string{`POST /l {"sort":"_id:asc"}`, `{"results":[1],"sort_end":["a"]}`, `POST /l {"sort":"_id:asc","search_after":["a"]}`, `{"results":[2]}`}},
		{name: "a collection in any order", op: lists("POST", "sort:string", "from:integer", "size:integer", "search_after:array"), body: `{"q":"x"}`, options: paging.Options{Stable: true}, want: `{"results":[1,2]}`, answers: []string{`POST /l {"q":"x","sort":"_id:asc","size":100}`, `{"results":[1],"sort_end":["a"]}`, `POST /l {"q":"x","sort":"_id:asc","size":100,"search_after":["a"]}`, `{"results":[2]}`}},
		{name: "a collection in the order of the line", op: lists("POST", "sort:string", "from:integer", "size:integer", "search_after:array"), body: `{"sort":"name","size":5}`, options: paging.Options{Stable: true}, want: `{"results":[]}`, answers: []string{`POST /l {"sort":"name","size":5}`, `{"results":[]}`}},
		{name: "an offset where the sort is by another", op: lists("POST", "from:integer", "search_after:array"), body: `{"sort":"name"}`, want: `{"hits":2,"results":[1,2],"sort_end":["b"]}`, answers: []string{`POST /l {"sort":"name"}`, `{"hits":2,"results":[1],"sort_end":["a"]}`, `POST /l {"sort":"name","from":1}`, `{"hits":2,"results":[2],"sort_end":["b"]}`}},
		{name: "search_after of the line", op: lists("POST", "from:integer", "search_after:array"), body: `{"from":0,"search_after":["0"]}`, want: `{"results":[1,2]}`, answers: []string{`POST /l {"from":0,"search_after":["0"]}`, `{"results":[1],"sort_end":["a"]}`, `POST /l {"from":0,"search_after":["a"]}`, `{"results":[2]}`}},
		{name: "a Link whose URL and title hold commas", op: lists("GET"), want: three, answers: []string{"GET /l", "200|</l>; rel=first; title=\"a, <b>\", </l?fields=a,b&page=2>; rel = \"Prev Next\"\n[1,2]", "GET /l?fields=a,b&page=2", `[3]`}},
		{name: "a Link of another context", op: lists("GET"), want: `[1]`, warned: "not paginated", answers: []string{"GET /l", "200|</l?p=2>; rel=next; anchor=\"/other\"\n[1]"}},
		{name: "a Link of this context", op: lists("GET"), want: three, answers: []string{"GET /l", "200|<?p=2>; rel=next; anchor=\"/l\"\n[1,2]", "GET /l?p=2", `[3]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
	t.Run("cursor in a header both ways", (&walked{op: headed("x-ms-continuation"), want: three, answers: []string{"GET /l", "200|X-Ms-Continuation: a\n[1,2]", "GET /l ms=a", `[3]`}}).run)
}

// TestLies covers servers that are wrong about their pages: no item is skipped or
// read twice, the list ends, and an incomplete list is not a success.
func TestLies(t *testing.T) {
	t.Parallel()
	tests := []walked{
		{name: "a total that shrinks", op: lists("GET", "from:integer"), want: `{"total":4,"data":[1,2,3,4]}`, answers: []string{"GET /l", `{"total":4,"data":[1,2]}`, "GET /l?from=2", `{"total":3,"data":[3]}`, "GET /l?from=3", `{"total":3,"data":[4]}`}},
		{name: "a total that is too small", op: lists("GET", "from:integer"), want: `{"total":3,"data":[1,2,3,4]}`, answers: []string{"GET /l", `{"total":3,"data":[1,2]}`, "GET /l?from=2", `{"total":3,"data":[3,4]}`, "GET /l?from=4", `{"total":3,"data":[]}`}},
		{name: "a total that is too large", op: lists("GET", "from:integer"), want: `{"total":9,"data":[1,2]}`, warned: `"total": 9, but its pages have 2 items`, answers: []string{"GET /l", `{"total":9,"data":[1,2]}`, "GET /l?from=2", `{"total":9,"data":[]}`}},
		{name: "a total of the page that grows", op: lists("GET", "from:integer"), want: `{"total":1,"data":[1,2,3]}`, answers: []string{"GET /l", `{"total":1,"data":[1]}`, "GET /l?from=1", `{"total":2,"data":[2,3]}`, "GET /l?from=3", `{"total":0,"data":[]}`}},
		{name: "a total without a parameter", op: lists("GET"), want: `{"total":9,"data":[1]}`, warned: `"total": 9, but its pages have 1 items`, answers: []string{"GET /l", `{"total":9,"data":[1]}`}},
		{name: "a page repeated by number", op: numbered("1"), want: `[1,2]`, warned: "page 2 repeats page 1", answers: []string{"GET /l", `[1,2]`, "GET /l?page=2", `[1,2]`}},
		{name: "a page repeated for every number", op: lists("GET", "page:integer"), want: `[1,2]`, warned: "page 2 repeats page 1", answers: []string{"GET /l", `[1,2]`, "GET /l?page=1", `[1,2]`, "GET /l?page=2", `[1,2]`}},
		{name: "a page repeated for a new cursor", op: lists("GET", "cursor:string"), want: `{"data":[1`, err: "page 2 repeats page 1", answers: []string{"GET /l", `{"data":[1],"cursor":"a"}`, "GET /l?cursor=a", `{"data":[1],"cursor":"b"}`}},
		{name: "the same cursor for ever", op: lists("GET", "cursor:string"), want: `{"data":[1,2`, err: "an earlier page", answers: []string{"GET /l", `{"data":[1],"cursor":"a"}`, "GET /l?cursor=a", `{"data":[2],"cursor":"a"}`}},
		{name: "cursors in a circle", op: lists("GET", "cursor:string"), want: `{"data":[1,2,3`, err: "page 3 of list links to an earlier page", answers: []string{"GET /l", `{"data":[1],"cursor":"a"}`, "GET /l?cursor=a", `{"data":[2],"cursor":"b"}`, "GET /l?cursor=b", `{"data":[3],"cursor":"a"}`}},
		{name: "a link to itself", op: lists("GET"), want: `[1`, err: "page 1 of list links to an earlier page", answers: []string{"GET /l", "200|</l>; rel=next\n[1]"}},
		{name: "links in a circle", op: lists("GET"), want: `{"data":[1,2`, err: "links to an earlier page", answers: []string{"GET /l", `{"data":[1],"links":{"next":"?p=2"}}`, "GET /l?p=2", `{"data":[2],"links":{"next":"/l"}}`}},
		{name: "a link to another server", op: lists("GET"), want: `{"data":[1`, err: "leads to another server, 192.0.2.1", answers: []string{"GET /l", `{"data":[1],"links":{"next":"http://192.0.2.1/l"}}`}},
		{name: "a link to another port", op: lists("GET", "cursor:string"), want: `{"data":[1`, err: "leads to another server", answers: []string{"GET /l", `{"data":[1],"next":"http://127.0.0.1:1/l"}`}},
		{name: "a link to another scheme", op: lists("GET"), want: `{"data":[1`, err: "leads to another server", answers: []string{"GET /l", `{"data":[1],"next":{"href":"//192.0.2.1/l"},"next_url":"https://HOST/l"}`}},
		{name: "a link with a user", op: lists("GET"), want: `[1`, err: "leads to another server", answers: []string{"GET /l", "200|<http://a:b@HOST/l?p=2>; rel=next\n[1]"}},
		{name: "has_more without a cursor", op: lists("GET", "cursor:string"), want: `{"data":[1`, err: "says that there are more items", answers: []string{"GET /l", `{"has_more":true,"data":[1]}`}},
		{name: "has_more without a parameter", op: lists("GET"), want: `{"data":[1`, err: "says that there are more items", answers: []string{"GET /l", `{"data":[1],"pagination":{"hasMore":true}}`}},
		{name: "has_more with items that have no id", op: lists("GET", "starting_after:string"), want: `{"data":[{"a":1}`, err: "says that there are more items", answers: []string{"GET /l", `{"has_more":true,"data":[{"a":1}]}`}},
		{name: "has_more with an empty page", op: lists("GET", "from:integer"), want: `{"data":[1`, err: "page 2 of list says that there are more items", answers: []string{"GET /l", `{"has_more":true,"data":[1]}`, "GET /l?from=1", `{"has_more":true,"data":[]}`}},
		{name: "has_more without a cursor, but with an offset", op: lists("GET", "cursor:string", "offset:integer"), want: `{"data":[1,2],"has_more":false}`, answers: []string{"GET /l", `{"has_more":true,"data":[1]}`, "GET /l?offset=1", `{"has_more":false,"data":[2]}`}},
		{name: "a cursor without a parameter", op: lists("GET", "limit:integer"), want: `{"executions":[1`, err: "no parameter for the next one", answers: []string{"GET /l", `{"executions":[1],"next_cursor":"a"}`}},
		{name: "the last id for ever", op: lists("GET", "after_id:integer"), want: `[{"id":1},{"id":2},{"a":3,"id":2}`, err: "links to an earlier page", answers: []string{"GET /l", `[{"id":1}]`, "GET /l?after_id=1", `[{"id":2}]`, "GET /l?after_id=2", `[{"a":3,"id":2}]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.run)
	}
}
