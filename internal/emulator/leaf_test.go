package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestParseLifetime(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		value any
		want  time.Duration
	}{
		{json.Number("3600"), time.Hour},
		{json.Number("0"), 0},
		{json.Number("1e2"), 100 * time.Second},
		{json.Number("0.5"), 500 * time.Millisecond},
		{"3600", time.Hour},
		{"500ms", 500 * time.Millisecond},
		{"1 millisecond", time.Millisecond},
		{"10 s", 10 * time.Second},
		{"2 mins", 2 * time.Minute},
		{"1h", time.Hour},
		{"7 days", 7 * day},
		{"2 Weeks", 14 * day},
		{"1y", 8766 * time.Hour},
		{"100 years", 100 * 8766 * time.Hour},
	} {
		if got, err := parseLifetime(row.value); err != nil || got != row.want {
			t.Errorf("%v: %v %v, want %v", row.value, got, err, row.want)
		}
	}
	for _, bad := range []any{
		"", "h", "1 fortnight", "1  h", "1.5h", "-1h", "1h ", " 1h", "1h30m", "101 years", "99999999999999999999y",
		json.Number("-1"), json.Number("1e999"), true, nil,
	} {
		if got, err := parseLifetime(bad); err == nil {
			t.Errorf("%v: accepted as %v", bad, got)
		}
	}
}

func TestTemplateMatching(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		template string
		words    []string
		want     map[string]string // nil: no match
	}{
		{"/v1/a/{id}", []string{"v1", "a", "x/y"}, map[string]string{"id": "x/y"}},
		{"/v1/a/{id}", []string{"v1", "a", ""}, nil},
		{"/v1/a/{id}", []string{"v1", "a"}, nil},
		{"/v1/a/{id}", []string{"v1", "a", "x", ""}, nil},
		{"/{a}/b/{c}", []string{"1", "b", "2"}, map[string]string{"a": "1", "c": "2"}},
		{"/x/v{n}.json", []string{"x", "v12.json"}, map[string]string{"n": "12"}},
		{"/x/v{n}.json", []string{"x", "v.json"}, nil},
		{"/x/{broken", []string{"x", "{broken"}, map[string]string{}},
		{"/{id}:clone", []string{"a:b:clone"}, map[string]string{"id": "a:b"}},
		{"/{id}:clone", []string{":clone"}, nil},
		{"/{a}-{b}", []string{"x-y-z"}, map[string]string{"a": "x", "b": "y-z"}},
		{"/{a}-{b}", []string{"-y"}, nil},
		{"/{a}-{b}", []string{"y-"}, nil},
		{"/{a}-{b}", []string{"--x"}, map[string]string{"a": "-", "b": "x"}},
		{"/{a}{b}.json", []string{"xyz.json"}, map[string]string{"a": "x", "b": "yz"}},
		{"/{a}{b}.json", []string{"x.json"}, nil},
		{"/", []string{""}, map[string]string{}},
	} {
		r := route{segments: parseTemplate(row.template)}
		if got := r.matches(row.words); got != (row.want != nil) {
			t.Errorf("%s %q: match %v", row.template, row.words, got)
			continue
		}
		if row.want == nil {
			continue
		}
		got := r.values(row.words)
		for name, value := range row.want {
			if got[name] != value || len(got) != len(row.want) {
				t.Errorf("%s %q: %v", row.template, row.words, got)
			}
		}
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	// 248 and above are passed over, so that every letter is equally likely.
	random := append(bytes.Repeat([]byte{255}, 30), bytes.Repeat([]byte{0, 61, 62, 247, 248}, 20)...)
	got, err := newID(bytes.NewReader(random))
	if err != nil || got != "api_0z0z0z0z0z0z0z0z0z0z0" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := newID(failing{}); err == nil {
		t.Error("a source of randomness that fails is not noticed")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("dry") }
