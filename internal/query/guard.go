package query

import (
	"context"
	"errors"
	"runtime"
)

const (
	// maxFrames is how many Go frames an evaluation may pile up: about 1,500
	// calls of a small function with blues, well below the runtime's limit on
	// stacks.
	maxFrames = 30_000
	// nodePeriod and callPeriod are how many questions pass between two looks
	// at the stack, which cost as much as the stack is deep: gnata asks at each
	// node, blues at each call.
	nodePeriod = 1024
	callPeriod = 64
)

var errRecursion = errors.New("the expression is nested or calls itself too deeply")

// guard is a context that also ends when the stack of the goroutine that asks
// is too deep. An engine that asks can thus be stopped, which is the only way:
// Go can neither end a goroutine from outside nor recover from an overflow.
type guard struct {
	context.Context
	period int
	asked  int
}

// Err is asked by one goroutine, the one that evaluates.
func (g *guard) Err() error {
	g.asked++
	if g.asked%g.period != 0 {
		return nil
	}
	if err := g.Context.Err(); err != nil {
		return err
	}
	var frame [1]uintptr
	if runtime.Callers(maxFrames, frame[:]) > 0 {
		return errRecursion
	}
	return nil
}
