package cmd

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// plan is nil where nothing is to go wrong.
func (o *mockOptions) plan() (*faults.Plan, error) {
	var rules []faults.Rule
	for _, text := range o.faults {
		rule, err := faults.Parse(text)
		if err == nil {
			err = o.checkNames(text, rule)
		}
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	delay, err := faults.ParseSpan(o.latency)
	if err != nil || len(rules) == 0 && delay == (faults.Span{}) {
		return nil, err
	}
	seed, err := o.drawn()
	return faults.New(rules, delay, seed), err
}

// checkNames refuses a rule for what does not exist: it would never strike.
func (o *mockOptions) checkNames(text string, rule faults.Rule) error {
	names := o.call.catalog.Names()
	if rule.API != "" {
		if !o.call.catalog.Has(rule.API) {
			return noSuch(text, "API", rule.API, names)
		}
		names = []string{rule.API}
	}
	if rule.Operation == "" {
		return nil
	}
	var known []string
	for _, name := range names {
		api, err := o.call.mockAPI(name)
		if err != nil {
			return err
		}
		for _, op := range api.Operations {
			if op.ID == rule.Operation {
				return nil
			}
			known = append(known, op.ID)
		}
	}
	return noSuch(text, "operation", rule.Operation, known)
}

func noSuch(text, kind, name string, known []string) error {
	err := failure.New(failure.Usage, "--fault %q: there is no %s %q", text, kind, name)
	if near := nearest.Match(name, known); near != "" {
		return err.Hintf("did you mean %q?", near)
	}
	return err.Hintf("\"epilot\" lists the APIs, \"epilot <api>\" its operations")
}

// drawn is the seed of the faults: the one that was given, or a random one,
// which is told so that what happened can be had again.
func (o *mockOptions) drawn() (uint64, error) {
	if o.seedSet {
		return o.seed, nil
	}
	var number [4]byte
	if _, err := io.ReadFull(o.call.app.Random, number[:]); err != nil {
		return 0, err
	}
	seed := uint64(binary.NativeEndian.Uint32(number[:]))
	fmt.Fprintf(o.call.app.Streams.Err, "faults are drawn as with --seed %d\n", seed)
	return seed, nil
}
