package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/cmd"
)

// TestFresh holds the committed scripts against the program.
func TestFresh(t *testing.T) {
	t.Parallel()
	to := t.TempDir()
	if err := run([]string{"-to", to}, os.Stderr); err != nil {
		t.Fatal(err)
	}
	for _, shell := range cmd.Shells() {
		want, err := os.ReadFile(filepath.Join(to, fileName(shell)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", "..", "completions", fileName(shell)))
		if err != nil || string(got) != string(want) {
			t.Errorf("completions/%s is stale: run go generate ./cmd (%v)", fileName(shell), err)
		}
		if !strings.Contains(string(want), "DO NOT EDIT.\n") {
			t.Errorf("%s does not say that it is generated", fileName(shell))
		}
	}
	entries, err := os.ReadDir(filepath.Join("..", "..", "completions"))
	if err != nil || len(entries) != len(cmd.Shells()) {
		t.Errorf("completions holds %d files (%v)", len(entries), err)
	}
}

func TestWrongLines(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"-nope"}, {"-to", filepath.Join(os.DevNull, "below")}} {
		if err := run(args, &strings.Builder{}); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}
