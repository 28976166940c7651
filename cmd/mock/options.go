package mock

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/journal"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// emulatorOptions returns the emulator options of the flags.
func (o *options) emulatorOptions() (*emulator.Options, error) {
	with := &emulator.Options{Dynamic: o.behaving.dynamic}
	with.CORS, with.Admin = o.serving.cors, !o.serving.noAdmin
	if !o.serving.quiet {
		with.Log = o.logRequest
	}
	if o.seedSet {
		with.Seed = &o.behaving.seed
	}
	var err error
	if with.Now, err = clock(o.behaving.clock, o.f.Now); err != nil {
		return nil, err
	}
	if origin := o.serving.cors; origin != "" && origin != "*" && !isOrigin(origin) {
		return nil, failure.New(failure.Usage, "invalid --cors %q: use an origin such as http://localhost:3000, or *", origin)
	}
	if with.Limit, err = faults.ParseLimit(o.behaving.limit); err != nil {
		return nil, err
	}
	with.Faults, err = o.plan()
	return with, err
}

// clock returns a clock that starts at start (RFC 3339), or the real clock for "".
func clock(start string, now func() time.Time) (func() time.Time, error) {
	if start == "" {
		return now, nil
	}
	begin, err := time.Parse(time.RFC3339, start)
	if err != nil {
		return nil, failure.New(failure.Usage, "invalid --clock %q: use a time such as 2026-03-01T00:00:00Z", start)
	}
	offset := begin.Sub(now())
	return func() time.Time { return now().Add(offset) }, nil
}

// isOrigin reports whether text is a web origin: a scheme, a host and optionally a
// port (RFC 6454, section 6.2).
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && u.Scheme+"://"+u.Host == text
}

// journal opens the file of --record. end closes it.
func (o *options) journal(with *emulator.Options) (end func(), err error) {
	if o.serving.record == "" {
		return func() {}, nil
	}
	to, end := journal.To(o.f.Streams.Out), func() {}
	if o.serving.record != "-" {
		var file io.Closer
		if to, file, err = journal.Open(o.serving.record); err != nil {
			return nil, err
		}
		end = func() { _ = file.Close() } // nothing is buffered
	}
	with.Record = func(x emulator.Exchange) {
		if err := to.Add(x); err != nil {
			o.f.Out.Warn(err.Error())
		}
	}
	return end, nil
}

// open listens as configured and returns the base URL. If other machines can reach
// it, any Host header is accepted.
func (o *options) open(with *emulator.Options) (net.Listener, string, error) {
	host, port, err := o.address()
	if err != nil {
		return nil, "", err
	}
	listener, err := emulator.ListenOn(host, port)
	if err != nil {
		return nil, "", err
	}
	at := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	if !httpx.IsLoopback(host) {
		with.Foreign = true
		o.f.Out.Warn("whoever reaches " + net.JoinHostPort(host, at) + " can use this mock; its tokens are for testing, and nothing is encrypted")
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return listener, "http://" + net.JoinHostPort(host, at), nil
}

// address returns the host and port to listen on: --listen with its port, else
// --port.
func (o *options) address() (host string, port int, err error) {
	if o.serving.listen == "" {
		return "127.0.0.1", o.serving.port, nil
	}
	host, port, err = emulator.SplitAddress(o.serving.listen)
	if err == nil && port >= 0 && o.portSet && port != o.serving.port {
		return "", 0, failure.New(failure.Usage, "--listen %s and --port %d name two ports", o.serving.listen, o.serving.port).
			Hintf("set the port once")
	}
	if port < 0 {
		port = o.serving.port
	}
	return host, port, err
}

// plan returns the fault plan, or nil without faults.
func (o *options) plan() (*faults.Plan, error) {
	var rules []faults.Rule
	for _, text := range o.behaving.faults {
		rule, err := faults.Parse(text)
		if err == nil {
			err = o.checkNames(text, rule)
		}
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	delay, err := faults.ParseSpan(o.behaving.latency)
	if err != nil || len(rules) == 0 && delay == (faults.Span{}) {
		return nil, err
	}
	seed, err := o.chosenSeed()
	return faults.New(rules, delay, seed), err
}

// checkNames rejects a rule for unknown names: it would never match.
func (o *options) checkNames(text string, rule faults.Rule) error {
	names := o.f.Catalog().Names()
	if rule.API != "" {
		if !o.f.Catalog().Has(rule.API) {
			return noSuch(text, "API", rule.API, names)
		}
		names = []string{rule.API}
	}
	if rule.Operation == "" {
		return nil
	}
	var candidates []string
	for _, name := range names {
		api, err := o.f.Catalog().Load(context.Background(), name, "")
		if err != nil {
			return err
		}
		for _, op := range api.Operations {
			if op.ID == rule.Operation {
				return nil
			}
			candidates = append(candidates, op.ID)
		}
	}
	return noSuch(text, "operation", rule.Operation, candidates)
}

func noSuch(text, kind, name string, candidates []string) error {
	err := failure.New(failure.Usage, "--fault %q: unknown %s %q", text, kind, name)
	if near := suggest.Match(name, candidates); near != "" {
		return err.Hintf("did you mean %q?", near)
	}
	return err.Hintf("\"epilot\" lists the APIs, \"epilot <api>\" its operations")
}

// chosenSeed returns the seed of the faults: the configured one, or a random one
// that is printed so that the run can be repeated.
func (o *options) chosenSeed() (uint64, error) {
	if o.seedSet {
		return o.behaving.seed, nil
	}
	var number [4]byte
	if _, err := io.ReadFull(o.f.Random, number[:]); err != nil {
		return 0, err
	}
	seed := uint64(binary.NativeEndian.Uint32(number[:]))
	fmt.Fprintf(o.f.Streams.Err, "faults follow --seed %d\n", seed)
	return seed, nil
}
