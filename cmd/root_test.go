package cmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
)

func TestSplitArgs(t *testing.T) {
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
			words, options, open := splitArgs(row.args, cmdutil.GlobalCommand().PersistentFlags(), cmdutil.CallCommand().PersistentFlags())
			if open != (row.name == "a value that is missing") || !slices.Equal(words, row.words) || !slices.Equal(options, row.options) {
				t.Errorf("words %q options %q, want %q and %q", words, options, row.words, row.options)
			}
		})
	}
}

func TestCheckValues(t *testing.T) {
	t.Parallel()
	for line, lost := range map[string]bool{
		"a -d -":            false,
		"a -p -x=1":         false,
		"a --jsonata -1":    false,
		"a -d -5":           false,
		"a -d --unknown":    false,
		"a -d=--json":       false,
		"a --data=--json":   false,
		"a -- -d --json":    false,
		"a --json --json":   false,
		"a -d --json":       true,
		"a --data --json":   true,
		"a -vid --json":     true,
		"a -d -vi":          true,
		"a -d -pk=v":        true,
		"a -d --param=k=v":  true,
		"a -d --":           true,
		"--profile -q a":    true,
		"a -d x -p --token": true,
	} {
		err := checkValues(strings.Fields(line), cmdutil.GlobalCommand().PersistentFlags(), cmdutil.CallCommand().PersistentFlags())
		if (err != nil) != lost {
			t.Errorf("%s: %v", line, err)
		}
	}
}
