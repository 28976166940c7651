// Command epilot calls the epilot APIs from a terminal, a script or a program.
package main

import (
	"os"

	"github.com/epilot-cli/epilot/cmd"
)

func main() { os.Exit(cmd.Main()) }
