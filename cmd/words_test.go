package cmd

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

func TestWordsFirst(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name           string
		args           []string
		words, options []string
	}{
		{"no flags", []string{"a", "b", "c"}, []string{"a", "b", "c"}, nil},
		{"flags in front", []string{"--json", "-p", "k=v", "a", "b"}, []string{"a", "b"}, []string{"--json", "-p", "k=v"}},
		{"between", []string{"a", "--token", "t", "b", "-d", "{}", "c"}, []string{"a", "b", "c"}, []string{"--token", "t", "-d", "{}"}},
		{"a value that looks like a flag", []string{"a", "-p", "-x"}, []string{"a"}, []string{"-p", "-x"}},
		{"values that are attached", []string{"-pk=v", "--token=t", "a"}, []string{"a"}, []string{"-pk=v", "--token=t"}},
		{"switches in a row, the last with a value", []string{"-vip", "k=v", "a"}, []string{"a"}, []string{"-vip", "k=v"}},
		{"switches in a row", []string{"-vi", "a"}, []string{"a"}, []string{"-vi"}},
		{"stdin is a value", []string{"a", "-d", "-", "b"}, []string{"a", "b"}, []string{"-d", "-"}},
		{"after the double dash all are words", []string{"a", "--", "-5", "--json"}, []string{"a", "-5", "--json"}, nil},
		{"an unknown flag takes nothing", []string{"--nope", "a"}, []string{"a"}, []string{"--nope"}},
		{"a value that is missing", []string{"a", "-p"}, []string{"a"}, []string{"-p"}},
		{"a flag beyond ASCII", []string{"-é", "a"}, []string{"a"}, []string{"-é"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
			o := &callOptions{}
			o.addGlobalFlags(flags)
			o.addCallFlags(flags)
			words, options, open := wordsFirst(row.args, flags)
			if open != (row.name == "a value that is missing") || !slices.Equal(words, row.words) || !slices.Equal(options, row.options) {
				t.Errorf("words %q options %q, want %q and %q", words, options, row.words, row.options)
			}
		})
	}
}
