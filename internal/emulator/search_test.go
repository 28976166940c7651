package emulator

import (
	"strings"
	"testing"
)

const ada = `{"_id":"1","_schema":"contact","first_name":"Ada","last_name":"von Lovelace","age":36,"vip":true,"note":null,
"email":[{"email":"ada@example.com"},{"email":"king@example.com"}],"address":{"city":"London"},"tags":[],"quote":"say \"hi\""}`

func TestQuery(t *testing.T) {
	t.Parallel()
	thing, ok := parseObject([]byte(ada))
	if !ok {
		t.Fatal("no object")
	}
	for text, want := range map[string]bool{
		"":                                       true,
		"*":                                      true,
		"*:*":                                    true,
		"ada":                                    true,
		"ADA lovelace":                           true,
		"ada babbage":                            false,
		"ada OR babbage":                         true,
		"babbage || ada":                         true,
		"ada AND babbage":                        false,
		"ada AND NOT babbage":                    true,
		"ada -lovelace":                          false,
		"!":                                      true,
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
		"(((ada":                                 true,
		"ada)))":                                 true,
		"quote:hi":                               true,
		`first_name:A\da`:                        true,
		"_schema.keyword:contact":                true,
		"_schema:contact AND first_name:(bob)":   false,
		"first_name:(bob OR ada) AND age:36":     true,
		"first_name:(bob OR charles) OR x":       false,
		"first_name:(bob) OR lovelace":           true,
		"first_name:(NOT bob)":                   true,
		"first_name:(lovelace)":                  false,
		"-first_name:(ada bob)":                  true,
		"first_name:(last_name:lovelace)":        true,
		"first_name:(ada":                        true,
		"first_name:()":                          true,
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
		"age:[30":                                false,
		"age:>":                                  false,
		strings.Repeat("(", 1000) + "x":          false,
		strings.Repeat("NOT ", 100000) + "ada":   false,
		strings.Repeat("ada OR ", 100000) + "x":  true,
		"last_name:von AND last_name:lovelace":   true,
		"first_name:ada OR first_name:bob AND x": true,
	} {
		q := parseQuery(text, false)
		if got := q.matches(thing); got != want {
			t.Errorf("%.60q: %v", text, got)
		}
		if want && !possible(q, []byte(strings.ToLower(ada))) {
			t.Errorf("%.60q is passed over", text)
		}
	}
	if !parseQuery("ada babbage", true).matches(thing) {
		t.Error("OR between words is not obeyed")
	}
}

func TestFilterAndOrder(t *testing.T) {
	t.Parallel()
	thing, _ := parseObject([]byte(ada))
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
		if got := filter(row.given).matches(thing); got != row.want {
			t.Errorf("%v: %v", row.given, got)
		}
	}
	for _, row := range [][3]string{{"2", "10", "-1"}, {"b", "A", "1"}, {"a", "A", "0"}, {"10", "x", "-1"}} {
		if got := order(row[0], row[1]); string(number(got)) != row[2] {
			t.Errorf("order(%s, %s) = %d", row[0], row[1], got)
		}
	}
}

func TestNewIDs(t *testing.T) {
	t.Parallel()
	for sample, want := range map[string]string{
		"":                                     "00000000-0000-4000-8000-000000000000",
		"string":                               "00000000-0000-4000-8000-000000000000",
		"c2d6cac8-bdd5-4ea2-8a6c-1cbdbe77b341": "00000000-0000-4000-8000-000000000000",
		"wf_1b2Cx9":                            "wf_1a1Aa1",
		"12345678":                             "11111111",
	} {
		id, err := newLike(zeros{}, idForm{sample: sample})
		if err != nil || id != want {
			t.Errorf("like %q: %q %v, want %q", sample, id, err, want)
		}
	}
}

// zeros is a source of no randomness at all.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// No text is too odd for a query, and what it finds is never passed over.
func FuzzQuery(f *testing.F) {
	f.Add("first_name:Ada AND (NOT x OR \"von lovelace\")", "İstanbul")
	f.Add("a* -b", "K & <b>")
	f.Add("n:[1 TO 5} first_name:(a OR n:>2", "a")
	f.Fuzz(func(t *testing.T, text, value string) {
		thing := object{{"first_name", quoted(value)}, {"n", number(len(value))}}
		for _, either := range []bool{false, true} {
			s := &selection{all: narrowing(parseQuery(text, either))}
			if s.matches(thing) && !s.quick(thing.text()) {
				t.Errorf("%q passes over %s", text, thing.text())
			}
		}
	})
}
