package httpx_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/httpx"
)

// TestParseLinks checks the grammar of RFC 8288, section 3, and its examples in
// section 3.5.
func TestParseLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		headers []string
		want    string // target[name=value …] of each link
		next    string // the targets with the relation "next"
	}{
		{"token", []string{`</l?p=2>; rel=next`}, `/l?p=2[rel=next]`, "/l?p=2"},
		{"quoted", []string{`</l?p=2>; rel="next"`}, `/l?p=2[rel=next]`, "/l?p=2"},
		{"comma in the target", []string{`</l?fields=a,b&p=2>; rel="next"`}, `/l?fields=a,b&p=2[rel=next]`, "/l?fields=a,b&p=2"},
		{"semicolon in the target", []string{`</l;v=1?p=2>; rel="next"`}, `/l;v=1?p=2[rel=next]`, "/l;v=1?p=2"},
		{"spaces", []string{" \t<a> ;\trel\t=\t\"next\"\t, <b>;rel=prev "}, `a[rel=next] b[rel=prev]`, "a"},
		{"case", []string{`<a>; REL=Next`}, `a[rel=Next]`, "a"},
		{"comma and semicolon in quotes", []string{`<a>; title="x, <y>; rel=next"; rel=prev, <b>; rel=next`}, `a[title=x, <y>; rel=next rel=prev] b[rel=next]`, "b"},
		{"escapes", []string{`<a>; title="a \"b\", \\"; rel="ne\xt"`}, `a[title=a "b", \ rel=next]`, "a"},
		{"several types", []string{`</>; rel="start  next http://example.net/relation/other"`}, `/[rel=start  next http://example.net/relation/other]`, "/"},
		{"a type that is a URL", []string{`<a>; rel="http://example.net/next"`}, `a[rel=http://example.net/next]`, ""},
		{"the first rel counts", []string{`<a>; rel=prev; rel=next`}, `a[rel=prev rel=next]`, ""},
		{"several headers", []string{`<a>; rel=prev`, ``, `<b>; rel=next, <c>; rel=last`}, `a[rel=prev] b[rel=next] c[rel=last]`, "b"},
		{"parameters without a value", []string{`<a>; crossorigin; ; rel=next;`}, `a[crossorigin= rel=next]`, "a"},
		{"encoded parameters", []string{`<a>; rel="next"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel`}, `a[rel=next title*=UTF-8'de'n%c3%a4chstes%20Kapitel]`, "a"},
		{"empty elements", []string{`, ,<a>; rel=next,, <b>; rel=prev,`}, `a[rel=next] b[rel=prev]`, "a"},
		{"not spelled next", []string{`<a>; rel=nextish, <b>; rev=next, <c>`}, `a[rel=nextish] b[rev=next] c[]`, ""},
		{"quotes that do not end", []string{`<a>; rel="next`}, `a[rel=next]`, "a"},
		{"an escape that does not end", []string{`<a>; rel="next\`}, `a[rel=next]`, "a"},
		{"malformed before it", []string{`/x; rel="next, prev", <b>; rel=next`, `<c; rel=next`}, `b[rel=next]`, "b"},
		{"text behind the target", []string{`<a> x "q,<" <z,> y, <b>; rel=next`}, `a[] b[rel=next]`, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got, next []string
			for _, link := range httpx.ParseLinks(tt.headers) {
				var params []string
				for _, p := range link.Params {
					params = append(params, p.Name+"="+p.Value)
				}
				got = append(got, fmt.Sprintf("%s[%s]", link.Target, strings.Join(params, " ")))
				if link.Is("next") {
					next = append(next, link.Target)
				}
			}
			if strings.Join(got, " ") != tt.want || strings.Join(next, " ") != tt.next {
				t.Errorf("got %s, next %s\nwant %s, next %s", got, next, tt.want, tt.next)
			}
		})
	}
}

// FuzzLink checks that a parsed header survives a round trip.
func FuzzLink(f *testing.F) {
	for _, header := range []string{
		`</l?fields=a,b&page=2>; rel="next"`, `<a>; rel = "Next prev"; title="x, \"y\"", <b>;rel=last`,
		`x, <a>; rel`, `<a`, `<a>; rel="next\`, `<>;=;,<b>;;rel=next`,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		links := httpx.ParseLinks([]string{header})
		if len(links) > strings.Count(header, "<") {
			t.Errorf("%d links in %q", len(links), header)
		}
		var again []string
		for _, link := range links {
			text := "<" + link.Target + ">"
			for _, p := range link.Params {
				text += `; ` + p.Name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.Value) + `"`
			}
			again = append(again, text)
		}
		same := func(a, b httpx.Link) bool { return a.Target == b.Target && slices.Equal(a.Params, b.Params) }
		if got := httpx.ParseLinks([]string{strings.Join(again, ", ")}); !slices.EqualFunc(got, links, same) {
			t.Errorf("%q is read as %q, and that as %q", header, links, got)
		}
	})
}
