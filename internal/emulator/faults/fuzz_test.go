package faults_test

import (
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
)

// FuzzParse: accepted rules are within their limits.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"rate=0.1,status=503", "kind=slow,over=2s", "path=/a/*,method=get", "50ms..200ms", "10/s", "=,=", "rate=1e-400"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if rule, err := faults.Parse(text); err == nil {
			if rule.Rate <= 0 || rule.Rate > 1 || rule.Over > time.Minute || rule.Status < 400 || rule.Status > 599 {
				t.Errorf("%q: %+v", text, rule)
			}
			faults.New([]faults.Rule{rule}, faults.Span{}, 1).Strike(faults.Request{Method: "GET", Path: text, Template: "/"})
		}
		if span, err := faults.ParseSpan(text); err == nil && (span.Least < 0 || span.Most < span.Least || span.Most > time.Minute) {
			t.Errorf("%q: %+v", text, span)
		}
		limit, err := faults.ParseLimit(text)
		if _, ok := limit.Take(time.Unix(0, 0)); err == nil && !ok {
			t.Errorf("%q lets nothing through", text)
		}
	})
}
