package query

import (
	"strings"
	"testing"
)

// largeDocument returns about 20 MB of objects like those in an API list.
func largeDocument() []byte {
	const object = `{"id":"api_5ZugdRXasLfWBypHi93Fk","name":"Postman token",` +
		`"created_at":"2023-10-26T10:05:46.123Z","assignments":["123","456"],"n":12.50,` +
		`"nested":{"a":true,"b":null,"c":"Grüße <&>"}}`
	return []byte("[" + strings.Repeat(object+",", 110_000) + object + "]")
}

func benchmark(b *testing.B, expression string) {
	document := largeDocument()
	for _, name := range engines {
		b.Run(name, func(b *testing.B) {
			program := compile(b, name, expression)
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := program.Eval(b.Context(), document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCount(b *testing.B)    { benchmark(b, "$count($)") }
func BenchmarkIdentity(b *testing.B) { benchmark(b, "$") }
func BenchmarkFilter(b *testing.B)   { benchmark(b, "$[n > 3].nested.c") }
