package acceptance

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf16"
)

// asUTF16 returns a text as Windows spreadsheets write it.
func asUTF16(text string) string {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b.Write([]byte{byte(unit), byte(unit >> 8)})
	}
	return b.String()
}

// TestEachSpoiled: a file with an invalid row exits with status 2 and a line with
// the position, and no request is sent, not even for earlier rows.
func TestEachSpoiled(t *testing.T) {
	t.Parallel()
	const id = "00000000-0000-4000-8000-000000000001"
	search, get, create, columns := []string{"entity", "searchEntities"}, []string{"entity", "getEntity"}, []string{"entity", "createEntity", "contact"}, "q,size\n*,1\n"
	for name, tt := range map[string]struct {
		line             []string
		file, text, want string
	}{
		"empty":                  {search, "a.csv", "", "a.csv is empty"},
		"white space":            {search, "a.csv", " \n\t\n", "a.csv is empty"},
		"only a byte order mark": {search, "a.csv", "\xef\xbb\xbf", "a.csv is empty"},
		"header only":            {search, "a.csv", "q,size\n", "a.csv has no rows"},
		"empty array":            {search, "a.json", "[]", "a.json has no rows"},
		"ragged":                 {search, "a.csv", columns + "*\n", `a.csv, line 3 (row 2): 1 cell, and the header has 2: no cell for column "size"`},
		"too many cells":         {search, "a.csv", columns + "*,1,2\n", "a.csv, line 3 (row 2): 3 cells, and the header has 2"},
		"mixed line ends":        {search, "a.csv", "q,size\r\n*,1\r*,2\n*\n", "a.csv, line 4 (row 3): 1 cell"},
		"semicolons in a row":    {search, "a.csv", columns + "*;1\n", "a.csv, line 3 (row 2): 1 cell"},
		"tabs in csv":            {search, "a.csv", "q\tsize\n*\t1\n", "a.csv, line 1: the columns of the header are separated by tabs"},
		"csv as tsv":             {search, "a.tsv", columns, `a.tsv, line 2 (row 1): body: `},
		"open quote":             {search, "a.csv", columns + "\"*,2\n*,3\n", `a.csv, line 3: the quote that opens column "q" is never closed`},
		"quote inside":           {search, "a.csv", columns + "a\"b,2\n", `a.csv, line 3 (row 2): a quote inside a cell that does not begin with one in column "q"`},
		"text after a quote":     {search, "a.csv", columns + "\"a\"b,2\n", `a.csv, line 3 (row 2): text after the closing quote in column "q"`},
		"quote over two lines":   {search, "a.csv", "q,size\n\"a\nb\",many\n", "a.csv, line 2 (row 1): body: $.size: must be integer"},
		"duplicate columns":      {search, "a.csv", "q,size,q\n*,1,*\n", `a.csv, line 1: columns 1 and 3 have the same name, "q"`},
		"column without a name":  {search, "a.csv", "q,,size\n*,,1\n", "a.csv, line 1: column 2 has no name"},
		"unknown column":         {search, "a.csv", "q,siez\n*,1\n", `a.csv, line 2 (row 1): body: $.siez: is not a property here`},
		"unknown parameter":      {get, "a.csv", "slug,id,extra\ncontact," + id + ",1\n", "a.csv, line 2 (row 1): getEntity does not accept a request body, and has no parameter extra"},
		"missing path parameter": {get, "a.csv", "slug\ncontact\n", "a.csv, line 2 (row 1): missing required parameter: id (path)"},
		"empty path parameter":   {get, "a.csv", "slug,id\ncontact," + id + "\ncontact,\n", "a.csv, line 3 (row 2): missing required parameter: id (path)"},
		"wrong parameter":        {get, "a.csv", "slug,id\ncontact,1\n", "a.csv, line 2 (row 1): parameter id: must be a UUID"},
		"path that climbs":       {get, "a.csv", "slug,id\n..," + id + "\n", "a.csv, line 2 (row 1): parameter slug: must match the pattern"},
		"wrong type":             {search, "a.csv", columns + "*,many\n", "a.csv, line 3 (row 2): body: $.size: must be integer, not string in column size"},
		"decimal":                {search, "a.csv", columns + "*,1.5\n", "a.csv, line 3 (row 2): body: $.size: must be integer"},
		"decimal comma":          {search, "a.csv", columns + "*,\"1,5\"\n", "a.csv, line 3 (row 2): body: $.size: must be integer, not string in column size"},
		"required cell empty":    {search, "a.csv", columns + ",2\n", `a.csv, line 3 (row 2): body: $: "q" is required`},
		"column given twice":     {create, "a.csv", "a.b,a\nx,y\n", "a.csv, line 2 (row 1): column a: the value is given twice"},
		"value and object":       {create, "a.csv", "a,a.b\nx,y\n", "a.csv, line 2 (row 1): column a.b: /a is a string, not an object"},
		"element out of order":   {create, "a.csv", "tags[1]\nx\n", "a.csv, line 2 (row 1): column tags[1]: element 1 cannot be set"},
		"nul":                    {create, "a.csv", "a,b\n1,x\x00y\n", `a.csv, line 2 (row 1): column "b" contains a NUL character`},
		"latin-1":                {create, "a.csv", "a,b\n1,M\xfcller\n", `a.csv, line 2 (row 1): column "b" is not valid UTF-8`},
		"broken utf-16":          {create, "a.csv", asUTF16("a\n") + "\x00\xd8\n\x00", `a.csv, line 2 (row 1): column "a" is not valid UTF-16`},
		"ragged utf-16":          {search, "a.csv", asUTF16("q,size\n*,1\n*\n"), "a.csv, line 3 (row 2): 1 cell"},
		"huge cell":              {create, "a.csv", "a\n\"" + strings.Repeat("x", 17<<20) + "\"\n", "a.csv, line 2: the row is longer than 16 MB"},
		"huge line":              {create, "a.ndjson", `{"a":"` + strings.Repeat("x", 17<<20) + "\"}\n", "a.ndjson, line 1: the row is longer than 16 MB"},
		"workbook":               {create, "a.csv", "PK\x03\x04", "a.csv is a workbook or a zip file"},
		"json in csv":            {create, "a.csv", "{\"a\":1}\n", "a.csv, line 1: the text is JSON, not CSV"},
		"csv in ndjson":          {search, "a.ndjson", columns, "a.ndjson, line 1 (row 1): not a JSON object: invalid character 'q'"},
		"cut array":              {search, "a.json", "[{\"q\":\"*\"},\n{\"q\":", "a.json, line 2: not JSON"},
		"array without a comma":  {search, "a.json", "[{\"q\":\"*\"}\n{\"q\":\"*\"}]", "a.json, line 2: not JSON"},
		"text after the array":   {search, "a.json", "[{\"q\":\"*\"}]\nx", "a.json, line 2: "},
		"nested array":           {search, "a.json", "[[{\"q\":\"*\"}]]", "a.json, line 1 (row 1): the row is not a JSON object"},
		"wrapped array":          {search, "a.json", "{\"results\":[{\"q\":\"*\"}]}", `a.json, line 1 (row 1): body: $: "q" is required`},
		"ndjson with commas":     {search, "a.ndjson", "{\"q\":\"*\"},\n{\"q\":\"*\"}\n", "a.ndjson, line 1 (row 1): not a JSON object: text after the JSON value"},
		"cut line":               {search, "a.ndjson", "{\"q\":\"*\"}\n{\"q\":\"*\"", "a.ndjson, line 2 (row 2): not a JSON object: unexpected EOF"},
		"pretty json":            {search, "a.ndjson", "{\n\"q\":\"*\"\n}\n", "a.ndjson, line 1 (row 1): not a JSON object"},
		"member twice":           {search, "a.ndjson", "{\"q\":\"*\",\"q\":\"x\"}\n", "a.ndjson, line 1 (row 1): not a JSON object: duplicate object member name"},
		"raw nul in json":        {search, "a.ndjson", "{\"q\":\"\x00\"}\n", "a.ndjson, line 1 (row 1): not a JSON object: invalid character"},
		"object for a string":    {search, "a.ndjson", "{\"q\":{\"a\":1}}\n", "a.ndjson, line 1 (row 1): body: $.q: must be string, not object in member q"},
		"list of lists":          {search, "a.ndjson", "{\"q\":\"*\",\"sort\":[[\"a\"]]}\n", "a.ndjson, line 1 (row 1): body: $.sort[0]: must be string, not array in member sort"},
		"null for a string":      {search, "a.ndjson", "{\"q\":null}\n", "a.ndjson, line 1 (row 1): body: $.q: must be string"},
		"unknown name in {}":     {append(create, "-f", "name={nmae}"), "a.csv", "name\nx\n", `a.csv, line 2 (row 1): the row has no "nmae", which {nmae} asks for`},
		"--row of one row":       {append(search, "--row", `{"body":{"q":$.q}}`), "a.ndjson", "{\"q\":\"*\"}\n{\"x\":1}\n", `a.ndjson, line 2 (row 2): body: $: "q" is required at --row:1:1`},
		"the last of many":       {search, "a.csv", "q,size\n" + strings.Repeat("*,1\n", 20_000) + "*,x\n", "a.csv, line 20002 (row 20001): body: $.size: must be integer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
			defer server.Close()
			run := exec.Command("epilot", append(append([]string{}, tt.line...), "--each", tt.file, "-s", server.URL, "-t", "token")...)
			run.Dir = t.TempDir()
			if err := os.WriteFile(filepath.Join(run.Dir, tt.file), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var said, out bytes.Buffer
			run.Stderr, run.Stdout = &said, &out
			_ = run.Run()
			if run.ProcessState.ExitCode() != 2 || !strings.Contains(said.String(), tt.want) || out.Len() > 0 || requests.Load() > 0 {
				t.Errorf("status %d, %d requests: %.500s%.100s", run.ProcessState.ExitCode(), requests.Load(), said.String(), out.String())
			}
		})
	}
}
