package profiles

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestConfigurationTable holds docs/configuration.md against the settings that
// there are: each has its row, and there is no other row.
func TestConfigurationTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "| setting | variable |")
	if !found {
		t.Fatal("docs/configuration.md has no table of settings")
	}
	table, _, _ := strings.Cut(section, "\n\n")
	var want []string
	for _, k := range Keys() {
		if k.Name == "editor" {
			k.Default = "vi" // what the page says of Windows stands below the table
		}
		want = append(want, row(k))
	}
	rows := strings.Split(strings.TrimSpace(table), "\n")[2:]
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the table in docs/configuration.md is\n%s\nand should be\n%s", got, strings.Join(want, "\n"))
	}
}

func row(k Key) string {
	variables := code(k.Variable)
	if len(k.Shared) > 0 {
		variables += ", then " + code(k.Shared...)
	}
	flags := ""
	if k.Flag != "" {
		flags = " " + code(strings.Split(k.Flag, ", ")...)
	}
	return fmt.Sprintf("| %s | %s |%s | %s | %s | %s |", code(k.Name), variables, flags, code(k.Default), k.Allowed, k.Line)
}

func code(words ...string) string { return "`" + strings.Join(words, "`, `") + "`" }

// TestDefaultsFit: a default is a value that could be set.
func TestDefaultsFit(t *testing.T) {
	t.Parallel()
	for _, k := range Keys() {
		if err := k.check(k.Default, "the default"); err != nil {
			t.Error(err)
		}
		if k.Name != strings.ToLower(k.Name) || k.Variable != "EPILOT_"+strings.ToUpper(k.Name) {
			t.Errorf("%s has the variable %s", k.Name, k.Variable)
		}
	}
}
