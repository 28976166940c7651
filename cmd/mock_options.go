package cmd

import (
	"io"
	"net"
	"strconv"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/journal"
	"github.com/epilot-cli/epilot/internal/failure"
)

// options are what the flags say about the emulator's behaviour.
func (o *mockOptions) options() (*emulator.Options, error) {
	with := &emulator.Options{Dynamic: o.dynamic}
	if !o.quiet {
		with.Log = o.call.app.logRequest
	}
	if o.seedSet {
		with.Seed = &o.seed
	}
	var err error
	if with.Limit, err = faults.ParseLimit(o.limit); err != nil {
		return nil, err
	}
	with.Faults, err = o.plan()
	return with, err
}

// journal opens the file of --record. end closes it.
func (o *mockOptions) journal(with *emulator.Options) (end func(), err error) {
	if o.record == "" {
		return func() {}, nil
	}
	to, end := journal.To(o.call.app.Streams.Out), func() {}
	if o.record != "-" {
		var file io.Closer
		if to, file, err = journal.Open(o.record); err != nil {
			return nil, err
		}
		end = func() { _ = file.Close() } // each line was written at once
	}
	with.Record = func(x emulator.Exchange) {
		if err := to.Add(x); err != nil {
			o.call.app.warn(err.Error())
		}
	}
	return end, nil
}

// open listens where the flags say and returns the base URL. Where others reach
// it, any host name may be theirs for this machine.
func (o *mockOptions) open(with *emulator.Options) (net.Listener, string, error) {
	host, port, err := o.address()
	if err != nil {
		return nil, "", err
	}
	listener, err := emulator.ListenOn(host, port)
	if err != nil {
		return nil, "", err
	}
	at := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	if !emulator.IsLoopback(host) {
		with.Foreign = true
		o.call.app.warn("whoever reaches " + net.JoinHostPort(host, at) + " can use this local epilot; its tokens are for testing, and nothing is encrypted")
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return listener, "http://" + net.JoinHostPort(host, at), nil
}

// address is where to listen: --listen with its port, else that of --port.
func (o *mockOptions) address() (host string, port int, err error) {
	if o.listen == "" {
		return "127.0.0.1", o.port, nil
	}
	host, port, err = emulator.SplitAddress(o.listen)
	if err == nil && port >= 0 && o.portSet && port != o.port {
		return "", 0, failure.New(failure.Usage, "--listen %s and --port %d name two ports", o.listen, o.port).
			Hintf("give the port once")
	}
	if port < 0 {
		port = o.port
	}
	return host, port, err
}
