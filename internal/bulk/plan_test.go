package bulk_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/query"
)

// TestPlan checks how a row becomes a call.
func TestPlan(t *testing.T) {
	t.Parallel()
	const id = "00000000-0000-4000-8000-000000000001"
	for name, tt := range map[string]struct {
		op, rows   string
		positional []string
		named      string // -p flags
		fields     string // -f flags, separated by |
		data, row  string
		null       bool
		want       string // path, query and body, or the error
	}{
		"columns":             {op: "createEntity", rows: "slug,a.b,t[],t[]\ncontact,1,x,y\n", want: `/v1/entity/contact {"a":{"b":"1"},"t":["x","y"]}`},
		"empty cells":         {op: "createEntity", rows: "slug,a,b\ncontact,,1\n", want: `/v1/entity/contact {"b":"1"}`},
		"empty cells as null": {op: "createEntity", rows: "slug,a,b\ncontact,,1\n", null: true, want: `/v1/entity/contact {"a":null,"b":"1"}`},
		"a file by its name":  {op: "createEntity", rows: "slug,a\ncontact,@/etc/passwd\n", want: `/v1/entity/contact {"a":"@/etc/passwd"}`},
		"members":             {op: "createEntity", rows: `{"slug":"contact","n":1.50,"l":[{"x":null}],"async":true}`, want: `/v1/entity/contact?async=true {"n":1.50,"l":[{"x":null}]}`},
		"line wins":           {op: "createEntity", positional: []string{"order"}, rows: "slug,a\ncontact,1\n", want: `/v1/entity/order {"a":"1"}`},
		"names in -p":         {op: "patchEntity", named: "id={_id}|slug={_schema}", rows: `{"_id":"` + id + `","_schema":"contact","a":1}`, want: "/v1/entity/contact/" + id + ` {"a":1}`},
		"names in -f":         {op: "createEntity", fields: `name={first} {last}|n:={age}|o:={"s":"{first}"}|c=d`, rows: "slug,first,last,age\ncontact,A,B,7\n", want: `/v1/entity/contact {"name":"A B","n":7,"o":{"s":"A"},"c":"d"}`},
		"names in -d":         {op: "createEntity", data: `{"n":"{n}","t":"{n}-{{n}}","o":[{"d":"{a.b}"}]}`, rows: `{"slug":"contact","n":7,"a":{"b":[1]}}`, want: `/v1/entity/contact {"n":7,"t":"7-{{n}}","o":[{"d":[1]}],"a":{"b":[1]}}`},
		"quotes in -d":        {op: "createEntity", data: `{"n":"<{n}>"}`, rows: "slug,n\ncontact,\"a\"\"b\"\n", want: `/v1/entity/contact {"n":"<a\"b>"}`},
		"a row as it is":      {op: "createEntity", row: `{"params":{"slug":s},"body":{"name":$uppercase(n)}}`, rows: "s,n\ncontact,abc\n", want: `/v1/entity/contact {"name":"ABC"}`},
		"no such column":      {op: "createEntity", named: "slug={schema}", rows: "a\n1\n", want: `the row has no "schema", which {schema} asks for`},
		"not json":            {op: "createEntity", fields: "n:={a}", rows: "slug,a\ncontact,x\n", want: "column a is not JSON"},
		"missing parameter":   {op: "createEntity", rows: "a\n1\n", want: "missing required parameter: slug"},
		"no body taken":       {op: "deleteEntity", rows: "slug,id,name\ncontact," + id + ",x\n", want: "deleteEntity does not accept a request body, and has no parameter name"},
		"wrong value":         {op: "deleteEntity", rows: "slug,id\ncontact,x\n", want: "parameter id: must be a UUID"},
		"wrong type":          {op: "searchEntities", rows: "q,size\nx,many\n", want: "in column size"},
		"wrong expression":    {op: "createEntity", row: `{"query":1}`, rows: "a\n1\n", want: `--row returned the unknown member "query"`},
		"not an object":       {op: "createEntity", row: `a`, rows: "a\n1\n", want: "--row must return an object for each row"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, tt.op, http.NotFound)
			f.plan.Params.Positional, f.plan.EmptyNull = tt.positional, tt.null
			if tt.named != "" {
				f.plan.Params.Named = strings.Split(tt.named, "|")
			}
			if tt.fields != "" {
				f.plan.Fields = strings.Split(tt.fields, "|")
			}
			if tt.data != "" {
				f.plan.Data = []byte(tt.data)
			}
			if tt.row != "" {
				engine, _ := query.New("")
				var err error
				if f.plan.Program, err = engine.Compile(tt.row); err != nil {
					t.Fatal(err)
				}
			}
			if got := made(t, f, tt.rows); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// made returns the request of the first row, or its error.
func made(t *testing.T, f *fixture, text string) string {
	t.Helper()
	r, err := bulk.Open("rows", strings.NewReader(text), "")
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range r.Rows() {
		if err != nil {
			return err.Error()
		}
		call, err := f.Prepare(t.Context(), row)
		if err != nil {
			return err.Error()
		}
		path := call.Params.Path
		if call.Params.Query != "" {
			path += "?" + call.Params.Query
		}
		if call.Body != nil {
			path += " " + string(call.Body.Bytes)
		}
		return path
	}
	return "no row"
}

// TestJournalRefuses checks that a journal is accepted only for its own run, and
// that a file that is not a journal is left unchanged.
func TestJournalRefuses(t *testing.T) {
	t.Parallel()
	const head = `{"epilot_journal":1,"operation":"entity createEntity","server":"s"}` + "\n"
	for name, tt := range map[string]struct{ text, want string }{
		"rows":              {"first_name,last_name\nA,B\n", "exists and is not a journal"},
		"empty file":        {"", "exists and is not a journal"},
		"other json":        {"{\"a\":1}\n", "exists and is not a journal"},
		"another operation": {strings.Replace(head, "create", "patch", 1), "belongs to another operation: entity patchEntity, not entity createEntity"},
		"another server":    {strings.Replace(head, `"s"`, `"x"`, 1), "belongs to another server: x, not s"},
		"another org":       {strings.Replace(head, `"s"`, `"s","organization":"7"`, 1), "belongs to another organization: 7, not none"},
		"another input":     {strings.Replace(head, `"s"`, `"s","input":"sha256:7"`, 1), "belongs to another file of rows, or it has changed since"},
		"another version":   {strings.Replace(head, ":1", ":2", 1), "has journal version 2"},
		"a spoiled line":    {head + "{\"row\":1,\"sent\":7}\n{\"row\":\n{\"row\":1,\"done\":201}\n", "line 3: not a line of a journal"},
		"a row too far":     {head + "{\"row\":999999999,\"sent\":7}\n", "line 2: not a line of a journal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "journal")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := bulk.OpenJournal(t.Context(), path, bulk.Identity{Operation: "entity createEntity", Server: "s"})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if now, _ := os.ReadFile(path); string(now) != tt.text {
				t.Errorf("the file is now %q", now)
			}
		})
	}
}

// TestJournalTornLine checks that a line truncated by a kill is removed, and that
// the previous line still gives the row's fate.
func TestJournalTornLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	id := bulk.Identity{Operation: "o", Server: "s"}
	row := &bulk.Row{Number: 1, Text: []byte(`{"a":1}`)}
	j, err := bulk.OpenJournal(t.Context(), path, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Send([]*bulk.Row{row}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	if err := os.WriteFile(path, append(slices.Clone(whole), `{"row":1,"do`...), 0o600); err != nil {
		t.Fatal(err)
	}
	if j, err = bulk.OpenJournal(t.Context(), path, id); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if fate, err := j.Fate(row); fate != bulk.Unknown || err != nil {
		t.Errorf("fate %v, %v", fate, err)
	}
	if _, err := j.Fate(&bulk.Row{Number: 1, Text: []byte(`{"a":2}`)}); err == nil {
		t.Error("another row is taken for the one that was sent")
	}
	if now, _ := os.ReadFile(path); string(now) != string(whole) {
		t.Errorf("the journal is now %q", now)
	}
}

// TestRate checks that the interval between requests matches the rate.
func TestRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"50/s": 20 * time.Millisecond, "600/m": 100 * time.Millisecond, "0.5/s": 2 * time.Second, "0/s": 0, "50": 0, "x/s": 0, "-1/s": 0, "NaN/s": 0, "1/d": 0, "": 0} {
		if got, err := bulk.ParseRate(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	f := newFixture(t, "createEntity", func(http.ResponseWriter, *http.Request) {})
	f.Pace.Every = time.Second
	begun := f.clock.Now()
	f.over(t, 20)
	if sum, err := f.Do(t.Context()); err != nil || sum.Done != 20 {
		t.Fatalf("%+v %v", sum, err)
	}
	if took := f.clock.Now().Sub(begun); took < 19*time.Second {
		t.Errorf("20 rows at 1/s took %s", took)
	}
}
