package emulator

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
)

// disturb keeps a request waiting and refuses it where that was asked for. A
// fault of the answer's body is left in the call.
func (e *Emulator) disturb(c *call) error {
	if after, ok := e.options.Limit.Take(e.options.Now()); !ok {
		c.trouble = "rate limit"
		return refuse(http.StatusTooManyRequests, "too many requests; come back in %d s", after).
			with("Retry-After", strconv.Itoa(after))
	}
	if err := pause(c.request.Context(), e.options.Faults.Delay()+c.prefer.wait); err != nil {
		return refuse(http.StatusServiceUnavailable, "the wait was ended: %s", err)
	}
	asked := faults.Request{Method: c.request.Method, Path: c.request.URL.Path}
	if c.op != nil {
		asked.Template, asked.API, asked.Operation = c.op.Path, c.api.Name, c.op.ID
	}
	c.fault = e.options.Faults.Strike(asked)
	if c.fault == nil {
		return nil
	}
	c.trouble = string(c.fault.Kind)
	switch c.fault.Kind {
	case faults.Status:
		return failed(c.fault)
	case faults.Reset:
		return refuse(http.StatusServiceUnavailable, "the connection is reset") // is not sent
	}
	return nil
}

// failed is the problem of a fault that is a status.
func failed(rule *faults.Rule) error {
	p := refuse(rule.Status, "%s, on purpose", http.StatusText(rule.Status))
	if rule.RetryAfter > 0 {
		p.with("Retry-After", strconv.Itoa(rule.RetryAfter))
	}
	return p
}

// send writes the answer, with the fault that it is to have.
func (c *call) send(a *answer) {
	if c.fault == nil {
		a.write(c.writer)
		return
	}
	switch c.fault.Kind {
	case faults.Reset:
		c.hangUp(true)
	case faults.Cut:
		c.cut(a)
	case faults.Garbage:
		spoilt := *a
		spoilt.body = append([]byte("<<<"), a.body[len(a.body)/2:]...)
		spoilt.write(c.writer)
	case faults.Slow:
		c.drip(a, c.fault.Over)
	default:
		a.write(c.writer)
	}
}

// cut sends half of the body and ends the connection. An answer without a body
// is not begun at all.
func (c *call) cut(a *answer) {
	if len(a.body) < 2 || c.request.Method == http.MethodHead {
		c.hangUp(true)
		return
	}
	a.head(c.writer)
	_, _ = c.writer.Write(a.body[:len(a.body)/2])
	c.hangUp(false)
}

// pieces is how many parts a slow body has at most.
const pieces = 20

// drip sends the body in pieces, evenly over the time.
func (c *call) drip(a *answer, over time.Duration) {
	a.head(c.writer)
	controller := http.NewResponseController(c.writer)
	_ = controller.Flush() // a client that went away is seen at the next piece
	size := max(1, (len(a.body)+pieces-1)/pieces)
	for rest := a.body; len(rest) > 0; {
		if pause(c.request.Context(), over*time.Duration(size)/time.Duration(max(size, len(a.body)))) != nil {
			return
		}
		n := min(size, len(rest))
		if _, err := c.writer.Write(rest[:n]); err != nil {
			return
		}
		_ = controller.Flush()
		rest = rest[n:]
	}
}

// hangUp ends the connection, what was written before included, or with a reset
// that the client cannot take for an end.
func (c *call) hangUp(reset bool) {
	controller := http.NewResponseController(c.writer)
	if !reset {
		_ = controller.Flush()
	}
	connection, _, err := controller.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http's own way to end a connection
	}
	if tcp, ok := connection.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	connection.Close()
}
