package main

import (
	"os"
	"testing"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/cmd/search"
)

// TestCommandsAreFresh checks that the searchable commands match the program.
func TestCommandsAreFresh(t *testing.T) {
	t.Parallel()
	got, err := os.ReadFile("../../../cmd/search/commands.txt")
	if err != nil || string(got) != search.FormatCommands(cmd.Runnable()) {
		t.Errorf("cmd/search/commands.txt is stale: run go generate ./internal/help (%v)", err)
	}
}
