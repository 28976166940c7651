package cmd

import (
	"fmt"
	"io"
	"strings"
)

// bar shows on a terminal how much of a known number of steps is done. Nil
// shows nothing. It is not safe for several goroutines at once.
type bar struct {
	out   io.Writer
	what  string
	width int // columns of the bar alone
	total int
	steps int
}

const widestBar = 40

// progress begins a bar where a person watches stderr.
func (o *callOptions) progress(total int, what string) *bar {
	streams := o.app.Streams
	b := &bar{out: streams.Err, what: what, total: total}
	if !streams.ErrTTY || o.json {
		return nil
	}
	around := len(fmt.Sprintf("[] %d/%d %s", total, total, what)) + 1
	b.width = min(widestBar, streams.Width-around)
	b.draw()
	return b
}

func (b *bar) step() {
	if b == nil {
		return
	}
	b.steps++
	b.draw()
}

// draw writes the line over the last one.
func (b *bar) draw() {
	if b.width > 0 && b.total > 0 {
		full := b.width * b.steps / b.total
		fmt.Fprintf(b.out, "\r[%s%s] ", strings.Repeat("=", full), strings.Repeat(" ", b.width-full))
	} else {
		fmt.Fprint(b.out, "\r")
	}
	fmt.Fprintf(b.out, "%d/%d %s", b.steps, b.total, b.what)
}

// done takes the bar away.
func (b *bar) done() {
	if b != nil {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
