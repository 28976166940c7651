package schema

import (
	"math/rand/v2"
	"testing"
)

func TestRealisticSample(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"email": "name@example.com", "billing_email": "name@example.com", "billingEmail": "name@example.com", "firstName": "Anna",
		"_created_at": "2024-01-31T12:00:00Z", "updatedAt": "2024-01-31T12:00:00Z", "birthday": "2024-01-31", "format": "string",
		"update": "string", "validate": "string", "iban": "DE89370400440532013000", "currency": "EUR", "country_code": "DE", "Country": "DE",
		"contact_id": "123e4567-e89b-12d3-a456-426614174000", "contactId": "123e4567-e89b-12d3-a456-426614174000", "paid": "string",
		"_org": "739224", "_schema": "contact", "brandColor": "#005eb4", "phone": "+493023125010", "city": "Köln", "logo_url": "https://example.com",
		"filename": "document.pdf", "x-y": "string", "": "string", "timezone": "Europe/Berlin", "name": "Sample", "username": "string",
	} {
		s := read(t, `{"type":"object","required":["`+name+`"],"properties":[["`+name+`",{"type":"string"}]]}`)
		got := SampleWith(s, SampleOptions{Realistic: true})
		if got != `{"`+name+`":"`+want+`"}` {
			t.Errorf("%s: %s", name, got)
		}
		if plain := SampleWith(s, SampleOptions{}); plain != `{"`+name+`":"string"}` {
			t.Errorf("%s is %s where nothing realistic is wanted", name, plain)
		}
	}
	limited := read(t, `{"type":"object","required":["country","year"],"properties":[["country",{"type":"string","minLength":3}],["year",{"type":"integer"}]]}`)
	if got := SampleWith(limited, SampleOptions{Realistic: true}); got != `{"country":"string","year":2024}` {
		t.Errorf("a name is not above its schema: %s", got)
	}
	list := read(t, `{"type":"object","properties":[["emails",{"type":"array","items":{"type":"string","format":"date"}}]]}`)
	if got := SampleWith(list, SampleOptions{Full: true, Realistic: true}); got != `{"emails":["2024-01-31"]}` {
		t.Errorf("a name is not above the format: %s", got)
	}
}

// TestRandomSample checks that every sample is valid and that samples differ.
func TestRandomSample(t *testing.T) {
	t.Parallel()
	for schema, least := range map[string]int{ // minimum number of distinct samples of 200
		`{"type":"string"}`: 50,
		`{"type":"string","minLength":20,"maxLength":22}`:                                     100,
		`{"type":"string","pattern":"^[a-z]{2}_[0-9]{3,5}(x|y)?$"}`:                           100,
		`{"type":"string","pattern":"^(api|app)_[0-9A-Za-z]{21}$","minLength":25}`:            100,
		`{"type":"string","enum":["a","b","c"]}`:                                              3,
		`{"type":"string","format":"uuid"}`:                                                   100,
		`{"type":"string","format":"date-time"}`:                                              100,
		`{"type":"string","format":"email"}`:                                                  50,
		`{"type":"string","format":"ipv4"}`:                                                   50,
		`{"type":"integer","minimum":-5,"maximum":5}`:                                         8,
		`{"type":"integer","minimum":10,"maximum":1000,"multipleOf":7}`:                       50,
		`{"type":"number","minimum":0,"exclusiveMinimum":true,"maximum":1}`:                   50,
		`{"type":"integer","maximum":-7}`:                                                     50,
		`{"type":"boolean"}`:                                                                  2,
		`{"type":["string","null"]}`:                                                          50,
		`{"const":5}`:                                                                         1,
		`{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"boolean"}]}`:                 50,
		`{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":4}`:               100,
		`{"type":"array","items":{"enum":["a","b","c"]},"minItems":2,"uniqueItems":true}`:     3,
		`{"type":"object","required":["a"],"properties":[["a",{"type":"boolean"}],["b",{}]]}`: 4,
		tokenParameters: 20,
	} {
		s, seen := read(t, schema), map[string]bool{}
		chance := rand.New(rand.NewPCG(1, 1))
		for range 200 {
			text := SampleWith(s, SampleOptions{Random: chance})
			if seen[text] = true; !fits(s, text, Request) {
				t.Errorf("%s: %s does not fit", schema, text)
			}
		}
		if len(seen) < least {
			t.Errorf("%s: %d different samples, want %d", schema, len(seen), least)
		}
	}
}

func TestRandomSampleRepeats(t *testing.T) {
	t.Parallel()
	s := read(t, tokenParameters)
	draw := func(seed uint64) string {
		return SampleWith(s, SampleOptions{Random: rand.New(rand.NewPCG(seed, 0))})
	}
	if first := draw(1); draw(1) != first {
		t.Error("one seed gives two samples")
	}
}

// TestRandomSampleEnds: a required recursion has no valid value, but the random
// sample terminates.
func TestRandomSampleEnds(t *testing.T) {
	t.Parallel()
	s := read(t, `{"$ref":"A","components":{"A":{"type":"object","required":["a","b"],"properties":[["a",{"$ref":"A"}],["b",{"$ref":"A"}]]}}}`)
	if _, err := Decode([]byte(SampleWith(s, SampleOptions{Random: rand.New(rand.NewPCG(1, 1))}))); err != nil {
		t.Error(err)
	}
	if SampleWith(nil, SampleOptions{}) != "{}" {
		t.Error("no schema has no sample")
	}
}
