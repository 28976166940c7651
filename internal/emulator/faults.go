package emulator

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/transport"
)

// injectFault delays or refuses a request if a fault or limit applies. A fault in
// the response's body is stored in the call.
func (e *Emulator) injectFault(c *call) error {
	if after, ok := e.options.Limit.Take(e.options.Now()); !ok {
		c.injected = "rate limit"
		return message.Refuse(http.StatusTooManyRequests, "too many requests; come back in %d s", after).
			With("Retry-After", strconv.Itoa(after))
	}
	if err := transport.Wait(c.HTTP.Context(), e.faults.Load().Delay()+c.prefer.wait); err != nil {
		return message.Refuse(http.StatusServiceUnavailable, "the wait was ended: %s", err)
	}
	request := faults.Request{Method: c.HTTP.Method, Path: c.HTTP.URL.Path}
	if c.Op != nil {
		request.Template, request.API, request.Operation = c.Op.Path, c.API.Name, c.Op.ID
	}
	c.fault = e.faults.Load().Strike(request)
	if c.fault == nil {
		return nil
	}
	c.injected = string(c.fault.Kind)
	switch c.fault.Kind {
	case faults.Status:
		return failed(c.fault)
	case faults.Reset:
		return message.Refuse(http.StatusServiceUnavailable, "the connection is reset") // never sent
	}
	return nil
}

// failed returns the problem for a rule of kind Status.
func failed(rule *faults.Rule) error {
	p := message.Refuse(rule.Status, "%s, on purpose", http.StatusText(rule.Status))
	if rule.RetryAfter > 0 {
		p.With("Retry-After", strconv.Itoa(rule.RetryAfter))
	}
	return p
}

// send writes the response with the call's fault, if any.
func (c *call) send(a *message.Response) {
	if c.fault == nil {
		a.Write(c.writer)
		return
	}
	switch c.fault.Kind {
	case faults.Reset:
		c.closeConnection(true)
	case faults.Cut:
		c.writeHalf(a)
	case faults.Garbage:
		spoilt := *a
		spoilt.Body = append([]byte("<<<"), a.Body[len(a.Body)/2:]...)
		spoilt.Write(c.writer)
	case faults.Slow:
		c.writeSlowly(a, c.fault.Over)
	default:
		a.Write(c.writer)
	}
}

// writeHalf sends half of the body and closes the connection. A response without
// a body is not started.
func (c *call) writeHalf(a *message.Response) {
	if len(a.Body) < 2 || c.HTTP.Method == http.MethodHead {
		c.closeConnection(true)
		return
	}
	a.WriteHeader(c.writer)
	_, _ = c.writer.Write(a.Body[:len(a.Body)/2])
	c.closeConnection(false)
}

// pieces is the maximum number of parts of a slow body.
const pieces = 20

// writeSlowly sends the body in pieces, spread evenly over the time.
func (c *call) writeSlowly(a *message.Response, over time.Duration) {
	a.WriteHeader(c.writer)
	controller := http.NewResponseController(c.writer)
	_ = controller.Flush() // the next write fails if the client has gone away
	size := max(1, (len(a.Body)+pieces-1)/pieces)
	for rest := a.Body; len(rest) > 0; {
		if transport.Wait(c.HTTP.Context(), over*time.Duration(size)/time.Duration(max(size, len(a.Body)))) != nil {
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

// closeConnection flushes the response and closes the connection; with reset, it
// sends a reset, which the client cannot mistake for a regular end.
func (c *call) closeConnection(reset bool) {
	controller := http.NewResponseController(c.writer)
	if !reset {
		_ = controller.Flush()
	}
	connection, _, err := controller.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http's way to abort a response
	}
	if tcp, ok := connection.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	connection.Close()
}
