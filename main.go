// Command epilot calls the epilot APIs from a terminal, a script or a program.
package main

// Most commands end before a limit of processor time could matter: finding the
// control group's costs them more than a thread too many.
//
//go:debug containermaxprocs=0

import (
	"os"

	"github.com/epilot-cli/epilot/cmd"
)

func main() { os.Exit(cmd.Main()) }
