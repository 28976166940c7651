package profiles

import (
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestParseHeader(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Header{
		"X-A: b":  {"X-A", "b"},
		"X-A:b:c": {"X-A", "b:c"},
		"X-A:":    {"X-A", ""},
		"X-A : b": {"X-A", "b"},
	} {
		if got, err := ParseHeader(line); err != nil || got != want {
			t.Errorf("%s: got %v, %v", line, got, err)
		}
	}
	for _, line := range []string{"s3cret", ": s3cret", "X A: s3cret", "X: s3cret\nY: z", "Ü: s3cret", "X: s3cret\xff"} {
		if _, err := ParseHeader(line); err == nil || failure.Of(err).Kind != failure.Usage || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

func TestProfileForAnAPI(t *testing.T) {
	t.Parallel()
	p := &Profile{
		Name: "d", Server: "https://s", Token: "t", OrgID: "1", TokenCommand: []string{"c"},
		Headers: []Header{{"X-A", "1"}, {"X-B", "2"}},
		APIs: []API{
			{Name: "entity", Token: "e", Headers: []Header{{"x-b", "3"}, {"X-C", "4"}}},
			{Name: "file", TokenCommand: []string{"f"}},
			{Name: "user", Server: "https://u"},
		},
	}
	e := p.For("entity")
	if e.Token != "e" || e.TokenCommand != nil || e.OrgID != "" || e.TokenAPI != "entity" || e.Server != "https://s" {
		t.Errorf("entity: got %+v", e)
	}
	if want := []Header{{"X-A", "1"}, {"x-b", "3"}, {"X-C", "4"}}; !slices.Equal(e.Headers, want) {
		t.Errorf("entity: headers %v", e.Headers)
	}
	if f := p.For("file"); f.Token != "" || !slices.Equal(f.TokenCommand, []string{"f"}) || f.TokenAPI != "file" {
		t.Errorf("file: got %+v", f)
	}
	if u := p.For("user"); u.Token != "t" || u.Server != "https://u" || u.TokenAPI != "" || u.OrgID != "1" {
		t.Errorf("user: got %+v", u)
	}
	if p.Headers[1].Value != "2" || p.Token != "t" {
		t.Errorf("the profile itself changed: %+v", p)
	}
}
