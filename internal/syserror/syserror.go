// Package syserror tells what an error of the operating system means where
// systems number the same trouble differently: Go's syscall.EPIPE and ECONNRESET
// are names without a number on Windows, which has others. What is done about
// the trouble is decided elsewhere.
package syserror
