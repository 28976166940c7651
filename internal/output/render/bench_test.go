package render_test

import (
	"io"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/output/render"
)

// benchText resembles a list response of the API, on one line.
var benchText = `{"results":[` + strings.Repeat(`{"_id":"3f34ce73-089c-4d45-a5ee-c161234e41c3",`+
	`"_title":"Jürgen Groß","_schema":"contact","_tags":["new","a \"b\""],"amount":1250.50,`+
	`"count":42,"active":true,"parent":null,"nested":{"a":{"b":[1,2,3]}}},`, 20_000) + `{}]}`

func BenchmarkCompact(b *testing.B) { benchmark(b, render.Style{}) }

func BenchmarkPretty(b *testing.B) { benchmark(b, render.Style{Indent: "  "}) }

func benchmark(b *testing.B, style render.Style) {
	b.SetBytes(int64(len(benchText)))
	b.ReportAllocs()
	for b.Loop() {
		if err := render.JSON(io.Discard, strings.NewReader(benchText), style); err != nil {
			b.Fatal(err)
		}
	}
}
