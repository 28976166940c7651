// Package cmd is the command line: it turns words and flags into options, asks
// the rooms below for what a command needs, and prints errors in one place. It
// is the only package that knows cobra.
package cmd

import (
	"context"
	"os"
)

// Main runs the command line of the process and returns its exit status.
func Main() int {
	app := newApp()
	status := app.lastWords(app.run(context.Background(), os.Args[1:]))
	if !app.signalled() {
		app.tellNews(os.Args[1:])
	}
	return status
}
