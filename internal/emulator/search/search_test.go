package search

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

const ada = `{"_id":"1","_schema":"contact","first_name":"Ada","last_name":"von Lovelace","age":36,"vip":true,"note":null,
"email":[{"email":"ada@example.com"},{"email":"king@example.com"}],"address":{"city":"London"},"tags":[],"quote":"say \"hi\""}`

var now = time.Date(2026, 3, 10, 12, 30, 0, 0, time.UTC)

// TestQueryString follows Elasticsearch's query_string documentation, in its order.
func TestQueryString(t *testing.T) {
	t.Parallel()
	item, _ := jsonx.ParseObject([]byte(`{"status":"active","title":"The quick brown fox","author":"John Smith","content":"brown dogs jump",
"book":{"title":"Quick guide","date":"2026-03-09"},"n":10,"path":"a/b (1+1)=2","created":"2026-03-10T08:00:00.000Z","word":"quikc"}`))
	for text, want := range map[string]bool{
		"status:active":                      true,
		"title:(quick OR brown)":             true,
		"title:(quick slow)":                 true, // either
		"title:(quick AND slow)":             false,
		`author:"John Smith"`:                true,
		`author:"Smith John"`:                false,
		`book.\*:quick`:                      true,
		`b\*k.\*:guide`:                      true,
		`book.\*:brown`:                      false,
		"book.title:quick":                   true,
		"_exists_:title":                     true,
		"_exists_:missing":                   false,
		"qu?ck":                              true,
		"qu?k":                               false,
		"bro*":                               true,
		"title:?uick":                        true,
		"title:*rown":                        true,
		"status:act\\*":                      false,
		"author:/joh?n(ath[oa]n)?/":          true,
		"author:/jo.+n sm.*/":                true,
		"author:/oh/":                        false, // matches complete words only
		"word:quick~":                        true,  // two edits, by its length
		"word:quick~1":                       true,  // two swapped letters
		"word:quikc~0":                       true,
		"stotus:active":                      false,
		"status:actibe~":                     true,
		`title:"fox quick"~5`:                true,
		`title:"fox quick"~0`:                false,
		"created:[2026-01-01 TO 2026-12-31]": true,
		"n:[1 TO 5]":                         false,
		"n:{10 TO *}":                        false,
		"n:{* TO 11}":                        true,
		"n:[10 TO 20}":                       true,
		"n:>10":                              false,
		"n:>=10":                             true,
		"n:(>=5 AND <11)":                    true,
		"n:(+>=5 +<10)":                      false,
		"quick^2 fox":                        true,
		`"john smith"^2`:                     true,
		"(foo bar)^4":                        false,
		"quick brown +fox -news":             true,
		"quick brown +wolf":                  false,
		"((quick AND fox) OR (brown AND fox) OR fox) AND NOT news": true,
		"quick && !fox":                       false,
		"slow || fox":                         true,
		`path:"a/b (1+1)=2"`:                  true,
		`path:a\/b\ \(1\+1\)\=2`:              true,
		"created:[now-1d TO now]":             true,
		"created:[now-1d TO now-5h]":          false,
		"created:>=now/d":                     true,
		"created:<now/d":                      false,
		"book.date:[now-1d/d TO now-1d/d]":    true,  // rounds down and up
		"created:[2026-03-01 TO 2026-03-10]":  true,  // the end of the day
		"created:[2026-03-01 TO 2026-03-10}":  false, // its beginning
		"created:{2026-03-10 TO *]":           false,
		"created:{2026-03-09 TO *]":           true,
		"created:>2026-03-10":                 false,
		"created:<=2026-03-10":                true,
		"created:[* TO 2026-03]":              false, // 2026-03-01T23:59:59.999
		"book.date:2026-03-09":                true,
		"n:[9 TO 10}":                         false,
		"n:{9 TO 10]":                         true,
		"n:[* TO *]":                          true,
		"status:[aa TO b]":                    true,
		`author:["John A" TO "John Z"]`:       true,
		"_exists_:book.title":                 true,
		"NOT _exists_:missing":                true,
		"title:(+quick -brown)":               false,
		"title:(+quick +fox)":                 true,
		"+quick slow":                         true, // slow is optional
		"slow fast":                           false,
		"qu?ck bro*":                          true,
		"title:qu\\*":                         false,
		"content:(dogs AND NOT cats)":         true,
		`"brown fox"~1`:                       true,
		`title:"quick fox"`:                   false,
		`title:"quick fox"~1`:                 true,
		"author:/j.*/":                        true,
		"author:/smit./":                      true,
		"(quick OR slow) AND fox":             true,
		"(quick^3 OR slow) AND title:fox^0.5": true,
		"status:ACTIVE":                       true,
		`created:[2026-02-10||+1M/d TO *]`:    true,
		`created:[2026-02-11||+1M/d TO *]`:    false,
	} {
		q, err := Parse(text, Options{Now: now})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := q.Matches(item); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for text, want := range map[string]string{
		"title:":                   "title: has no value at character 7",
		"(quick":                   "unclosed parenthesis at character 7",
		"quick)":                   "unmatched closing parenthesis at character 6",
		`"quick`:                   `" is not closed at character 1`,
		"a AND":                    "an operator needs a term after it",
		"OR a":                     "an operator needs a term before it",
		"n:[1 TO":                  "a range is not closed at character 3",
		"n:[1 2]":                  "a range is not [LEAST TO MOST] at character 3",
		"/a(/":                     "the regular expression is not valid at character 1",
		`a\`:                       `\ needs a character after it`,
		"a^x":                      "^ needs a number at character 3",
		"n:>":                      "> needs a field before it and a value after it",
		"ü (":                      "at character 4",
		"a ]":                      `"]" is not a term at character 3`,
		"title:(quick":             "unclosed parenthesis at character 13",
		"AND":                      "an operator needs a term before it at character 4",
		"a OR":                     "an operator needs a term after it at character 5",
		"a NOT":                    "an operator needs a term after it",
		"n:{1 TO 2":                "a range is not closed at character 3",
		"n:[TO 2]":                 "a range is not [LEAST TO MOST] at character 3",
		"a:b:c":                    `":" is not a term`,
		"a^":                       "^ needs a number at character 3",
		`title:"a`:                 `" is not closed at character 7`,
		strings.Repeat("(", 60):    "more than 50 parentheses are open",
		strings.Repeat("a ", 2000): "more than 1024 clauses",
	} {
		if _, err := Parse(text, Options{Now: now}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	item, ok := jsonx.ParseObject([]byte(ada))
	if !ok {
		t.Fatal("no object")
	}
	for text, want := range map[string]bool{
		"":                                       true,
		"*":                                      true,
		"*:*":                                    true,
		"ada":                                    true,
		"ADA lovelace":                           true,
		"ada babbage":                            true, // either
		"ada OR babbage":                         true,
		"babbage || ada":                         true,
		"ada AND babbage":                        false,
		"ada AND NOT babbage":                    true,
		"ada -lovelace":                          false,
		"NOT babbage":                            true,
		"first_name:ada":                         true,
		"last_name:ada":                          false,
		"first_name:a*":                          true,
		"first_name:*d*":                         true,
		"first_name:*x*":                         false,
		`"von lovelace"`:                         true,
		`"ada lovelace"`:                         false,
		`last_name:"von Lovelace"`:               true,
		"email.email:king@example.com":           true,
		"email.0.email:king@example.com":         false,
		"email.1.email:king@example.com":         true,
		"address.city:london":                    true,
		"age:36":                                 true,
		"vip:true":                               true,
		"_exists_:age":                           true,
		"_exists_:tags":                          false,
		"_exists_:note":                          false,
		"note:*":                                 false,
		"first_name:*":                           true,
		"(ada OR x) AND (_schema:contact)":       true,
		"(ada OR x) AND (_schema:order)":         false,
		"quote:hi":                               true,
		`first_name:A\da`:                        true,
		"_schema.keyword:contact":                true,
		"_schema:contact AND first_name:(bob)":   false,
		"first_name:(bob OR ada) AND age:36":     true,
		"first_name:(bob OR charles) OR x":       false,
		"first_name:(bob) OR lovelace":           true,
		"first_name:(NOT bob)":                   true,
		"first_name:(lovelace)":                  false,
		"-first_name:(ada bob)":                  false,
		"first_name:(last_name:lovelace)":        true,
		"age:[30 TO 40]":                         true,
		"age:[37 TO *]":                          false,
		"age:{36 TO 40]":                         false,
		"age:[* TO 36}":                          false,
		"age:[36 TO 36] AND vip:true":            true,
		"age:[* TO *]":                           true,
		"missing:[* TO *]":                       false,
		"age:>35":                                true,
		"age:>36":                                false,
		"age:>=36":                               true,
		"age:<36 OR x":                           false,
		"age:<=36":                               true,
		"NOT age:[1 TO 2]":                       true,
		`last_name:["von A" TO "von M"]`:         true,
		"last_name:von AND last_name:lovelace":   true,
		"first_name:ada OR first_name:bob AND x": false, // AND requires both sides
	} {
		q, err := Parse(text, Options{Now: now})
		if err != nil {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		if got := q.Matches(item); got != want {
			t.Errorf("%.60q: %v", text, got)
		}
		if want && !possible(q, []byte(strings.ToLower(ada))) {
			t.Errorf("%.60q is passed over", text)
		}
	}
	if q, err := Parse("ada babbage", Options{And: true}); err != nil || q.Matches(item) {
		t.Error("OR between words is not obeyed")
	}
}

func TestFilterAndOrder(t *testing.T) {
	t.Parallel()
	item, _ := jsonx.ParseObject([]byte(ada))
	for _, row := range []struct {
		given map[string]any
		want  bool
	}{
		{map[string]any{"term": map[string]any{"first_name": "Ada"}}, true},
		{map[string]any{"term": map[string]any{"first_name": "ada"}}, false}, // a term is exact
		{map[string]any{"terms": map[string]any{"first_name": []any{"Bob", "Ada"}}}, true},
		{map[string]any{"term": map[string]any{"note": nil}}, true},
		{map[string]any{"ids": map[string]any{"values": []any{"1"}}}, true},
		{map[string]any{"exists": map[string]any{"field": "missing"}}, false},
		{map[string]any{"$not": []any{map[string]any{"exists": map[string]any{"field": "missing"}}}}, true},
		{map[string]any{"$or": []any{map[string]any{"first_name": "Bob"}, map[string]any{"vip": true}}}, true},
		{map[string]any{"$and": []any{map[string]any{"first_name": "Ada"}, map[string]any{"vip": false}}}, false},
		{map[string]any{"range": map[string]any{"first_name": map[string]any{"gte": "A", "lt": "B"}}}, true},
		{map[string]any{"range": map[string]any{"first_name": map[string]any{"gt": "Ada"}}}, false},
	} {
		if got := Filter(row.given, now).Matches(item); got != row.want {
			t.Errorf("%v: %v", row.given, got)
		}
	}
	for _, row := range [][3]string{{"2", "10", "-1"}, {"b", "A", "1"}, {"a", "A", "0"}, {"10", "x", "-1"}} {
		if got := compareText(row[0], row[1]); strconv.Itoa(got) != row[2] {
			t.Errorf("compareText(%s, %s) = %d", row[0], row[1], got)
		}
	}
}

// FuzzQuery checks that every string parses or fails cleanly, and that MayMatch
// never rejects a match.
func FuzzQuery(f *testing.F) {
	f.Add("first_name:Ada AND (NOT x OR \"von lovelace\")", "İstanbul")
	f.Add("a* -b", "K & <b>")
	f.Add("n:[1 TO 5} first_name:(a OR n:>2", "a")
	f.Fuzz(func(t *testing.T, text, value string) {
		item := jsonx.Object{}.With("first_name", object.Quote(value)).With("n", object.Quote(value))
		for _, either := range []bool{false, true} {
			parsed, err := Parse(text, Options{And: either, Now: now})
			if err != nil {
				continue
			}
			q := Conditions(parsed)
			if q.Matches(item) && !q.MayMatch(item.Text()) {
				t.Errorf("%q passes over %s", text, item.Text())
			}
		}
	})
}
