package emulator

import (
	"testing"
)

func TestTemplateMatching(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		template string
		segments []string
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
		if got := r.matches(row.segments); got != (row.want != nil) {
			t.Errorf("%s %q: match %v", row.template, row.segments, got)
			continue
		}
		if row.want == nil {
			continue
		}
		got := r.values(row.segments)
		for name, value := range row.want {
			if got[name] != value || len(got) != len(row.want) {
				t.Errorf("%s %q: %v", row.template, row.segments, got)
			}
		}
	}
}
