package profiles

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

// configured returns a store with a config.json, unless content is "".
func configured(t *testing.T, content string, env ...string) *Store {
	t.Helper()
	s := store(t, "", "", env...)
	if content == "" {
		return s
	}
	if err := os.WriteFile(s.SettingsPath(), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSetting(t *testing.T) {
	t.Parallel()
	const file = `{"color":"never","pager":"","editor":"ed","timeout":"5s","retry":7,"credential_store":"file","jsonata_engine":"blues"}`
	tests := map[string]struct {
		file, name, flag string
		env              []string
		want             string
		source           Source
		where            string
	}{
		"default":                     {"", "timeout", "", nil, "0s", FromDefault, ""},
		"file":                        {file, "timeout", "", nil, "5s", FromFile, "config.json"},
		"environment before file":     {file, "timeout", "", []string{"EPILOT_TIMEOUT", "6s"}, "6s", FromEnvironment, "EPILOT_TIMEOUT"},
		"flag before environment":     {file, "timeout", "7s", []string{"EPILOT_TIMEOUT", "6s"}, "7s", FromFlag, "--timeout"},
		"empty variable is none":      {file, "timeout", "", []string{"EPILOT_TIMEOUT", ""}, "5s", FromFile, "config.json"},
		"number":                      {`{"retries":7}`, "retry", "", nil, "7", FromFile, "config.json"},
		"number as text":              {`{"retries":"0"}`, "retry", "", nil, "0", FromFile, "config.json"},
		"attempts of older versions":  {file, "retry", "", nil, "6", FromFile, "config.json"},
		"one attempt":                 {`{"retry":"1"}`, "retry", "", nil, "0", FromFile, "config.json"},
		"retries before attempts":     {`{"retry":7,"retries":1}`, "retry", "", nil, "1", FromFile, "config.json"},
		"no retries":                  {file, "retry", "0", nil, "0", FromFlag, "--retry"},
		"white space is trimmed":      {"", "timeout", "", []string{"EPILOT_TIMEOUT", " 6s\r\n"}, "6s", FromEnvironment, "EPILOT_TIMEOUT"},
		"white space is no value":     {file, "color", "", []string{"EPILOT_COLOR", " \t\r"}, "never", FromFile, "config.json"},
		"CR after a stage":            {"", "stage", "", []string{"EPILOT_STAGE", "dev\r"}, "dev", FromEnvironment, "EPILOT_STAGE"},
		"color":                       {file, "color", "", nil, "never", FromFile, "config.json"},
		"engine":                      {"", "jsonata_engine", "", []string{"EPILOT_JSONATA_ENGINE", "blues"}, "blues", FromEnvironment, "EPILOT_JSONATA_ENGINE"},
		"store":                       {"", "credential_store", "", nil, "auto", FromDefault, ""},
		"null is none":                {`{"color":null}`, "color", "", nil, "auto", FromDefault, ""},
		"empty pager is one":          {file, "pager", "", []string{"PAGER", "more"}, "", FromFile, "config.json"},
		"empty variable of the pager": {`{"pager":"most"}`, "pager", "", []string{"EPILOT_PAGER", ""}, "", FromEnvironment, "EPILOT_PAGER"},
		"shared variable":             {"", "pager", "", []string{"PAGER", "more"}, "more", FromEnvironment, "PAGER"},
		"file before shared":          {file, "editor", "", []string{"VISUAL", "vim"}, "ed", FromFile, "config.json"},
		"first shared":                {"", "editor", "", []string{"EDITOR", "nano", "VISUAL", "vim"}, "vim", FromEnvironment, "VISUAL"},
		"second shared":               {"", "editor", "", []string{"EDITOR", "nano", "VISUAL", ""}, "nano", FromEnvironment, "EDITOR"},
		"a broken file is not asked":  {"{", "timeout", "1m", nil, "1m", FromFlag, "--timeout"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := configured(t, test.file, test.env...).Setting(test.name, test.flag)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != test.want || got.Source != test.source || !strings.HasSuffix(got.Where, test.where) {
				t.Errorf("got %q from %s %s", got.Text, got.Source, got.Where)
			}
		})
	}
}

func TestSettingRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, name, flag string
		env              []string
		kind             failure.Kind
		message, hint    string
	}{
		"unknown":            {"", "colour", "", nil, failure.Usage, `unknown setting "colour"`, "did you mean color?"},
		"wrong in the file":  {"{\n \"color\": \"blue\"}", "color", "", nil, failure.File, `config.json:2:11: invalid color "blue"`, "auto, never"},
		"wrong variable":     {"", "color", "", []string{"EPILOT_COLOR", "blue"}, failure.Usage, `invalid EPILOT_COLOR "blue"`, "auto, never"},
		"wrong flag":         {"", "timeout", "soon", nil, failure.Usage, `invalid --timeout "soon"`, "30s"},
		"negative":           {"", "timeout", "-1s", nil, failure.Usage, `invalid --timeout "-1s"`, "30s"},
		"no unit":            {"", "timeout", "30", nil, failure.Usage, `invalid --timeout "30"`, "30s"},
		"too many":           {`{"retry":11}`, "retry", "", nil, failure.File, `config.json:1:10: invalid retry "11"`, "from 0 to 10"},
		"not whole":          {`{"retry":1.0}`, "retry", "", nil, failure.File, `invalid retry "1.0"`, "from 0 to 10"},
		"no text":            {`{"color":true}`, "color", "", nil, failure.File, `config.json:1:10: expected a string`, "correct"},
		"cut":                {`{"color":`, "color", "", nil, failure.File, `config.json:1:10: the file ends too early`, "correct"},
		"twice":              {`{"color":"auto","color":"never"}`, "color", "", nil, failure.File, `duplicate key "color"`, "correct"},
		"shared drives":      {"", "pager", "", []string{"PAGER", "a\nb"}, failure.Usage, `invalid PAGER "a\nb"`, "a command"},
		"another one broken": {`{"retry":{}}`, "color", "", nil, failure.File, `config.json:1:10: expected`, "correct"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := configured(t, test.file, test.env...).Setting(test.name, test.flag)
			if err == nil {
				t.Fatalf("got %v", got)
			}
			failed := failure.Of(err)
			if failed.Kind != test.kind || !strings.Contains(failed.Message, test.message) || !strings.Contains(failed.Hint, test.hint) {
				t.Errorf("got %s: %s (%s)", failed.Kind, failed.Message, failed.Hint)
			}
		})
	}
}

func TestStageOfAProfile(t *testing.T) {
	t.Parallel()
	profile := &Profile{Name: "p", Stage: "dev"}
	tests := map[string]struct {
		profile   *Profile
		flag, env string
		want      string
		source    Source
	}{
		"profile before file":        {profile, "", "", "dev", FromProfile},
		"environment before profile": {profile, "", "prod", "prod", FromEnvironment},
		"flag before all":            {profile, "staging", "prod", "staging", FromFlag},
		"no profile":                 {nil, "", "", "staging", FromFile},
		"profile without":            {&Profile{}, "", "", "staging", FromFile},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := store(t, sample, "", stageName, test.env).StageOf(test.profile, test.flag)
			if err != nil || got.Text != test.want || got.Source != test.source {
				t.Errorf("got %q from %s, %v", got.Text, got.Source, err)
			}
		})
	}
}

func TestSetAndUnset(t *testing.T) {
	t.Parallel()
	s := configured(t, `{"u":[1],"color":"auto"}`)
	for _, pair := range [][2]string{{"color", "never"}, {"retry", "4"}, {"timeout", "30s"}, {"pager", ""}, {"stage", "dev"}} {
		if err := s.Set(t.Context(), pair[0], pair[1]); err != nil {
			t.Fatal(err)
		}
	}
	want := "{\n  \"u\": [\n    1\n  ],\n  \"color\": \"never\",\n  \"retries\": 4,\n  \"timeout\": \"30s\",\n  \"pager\": \"\"\n}\n"
	if got := read(t, s.SettingsPath()); got != want {
		t.Errorf("got %s", got)
	}
	if got := read(t, s.Path()); got != "{\n  \"stage\": \"dev\",\n  \"profiles\": {}\n}\n" {
		t.Errorf("got %s", got)
	}
	for _, name := range []string{"color", "retry", "timeout", "pager", "stage"} {
		if err := s.Unset(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, s.SettingsPath()); got != "{\n  \"u\": [\n    1\n  ]\n}\n" {
		t.Errorf("got %s", got)
	}
	for name, text := range map[string]string{"color": "blue", "retry": "-1", "timeout": "", "stage": "DEV", "nothing": "x"} {
		if err := s.Set(t.Context(), name, text); err == nil || failure.Of(err).Kind != failure.Usage {
			t.Errorf("%s = %q: got %v", name, text, err)
		}
	}
}

// TestSetMendsAWrongValue: an invalid stored value can be corrected with Set.
func TestSetMendsAWrongValue(t *testing.T) {
	t.Parallel()
	s := configured(t, `{"color":"blue"}`)
	if err := s.Set(t.Context(), "color", "never"); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Setting("color", ""); err != nil || v.Text != "never" {
		t.Errorf("got %v, %v", v, err)
	}
}

// TestConfigurationTable: docs/configuration.md has one row for each setting and no
// others.
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
			k.Default = "vi" // the page describes Windows below the table
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

func code(allowed ...string) string { return "`" + strings.Join(allowed, "`, `") + "`" }

// TestDefaultsFit: every default is a valid value.
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
