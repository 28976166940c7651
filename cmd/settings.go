package cmd

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

// settings are what a call needs of the configuration beside its account.
type settings struct {
	limit  time.Duration // of the call in all; 0 for none
	named  string        // who named the limit
	engine string
}

// noWait leaves the time for a response to begin to the limit of the call.
const noWait = -1

// settings reads what the flags, the environment and the files say, before
// anything is sent, and keeps the rule of retrying.
func (o *callOptions) settings() (settings, error) {
	store := o.app.profiles()
	for _, name := range []string{"color", "pager"} {
		if _, err := store.Setting(name, ""); err != nil {
			return settings{}, err
		}
	}
	timeout, err := store.Setting("timeout", o.timeout)
	if err != nil {
		return settings{}, err
	}
	engine, err := store.Setting("jsonata_engine", "")
	if err != nil {
		return settings{}, err
	}
	if o.rule, err = o.retryRule(store); err != nil {
		return settings{}, err
	}
	limit, err := time.ParseDuration(timeout.Text)
	if timeout.Source != profiles.FromDefault {
		o.wait = noWait // a server may need all of it to begin
	}
	return settings{limit: limit, named: timeout.Where, engine: engine.Text}, err
}

// limited does the work of a call in the time that it may take.
func (s settings) limited(ctx context.Context, work func(context.Context) error) error {
	if s.limit == 0 {
		return work(ctx)
	}
	late := failure.New(failure.Network, "the call took longer than %s, the limit of %s", s.limit, s.named).
		Hintf("give it more time with --timeout, as in --timeout 2m; 0 sets no limit")
	ctx, cancel := context.WithTimeoutCause(ctx, s.limit, late)
	defer cancel()
	err := work(ctx)
	if err == nil || !errors.Is(context.Cause(ctx), late) {
		return err
	}
	if kind := failure.Of(err).Kind; kind == failure.API || kind == failure.File {
		return err // it had come to its own end
	}
	return late
}

// applyColor takes the colour away where the settings say so. A file that
// cannot be read does not stop what needs no file, such as help: whatever works
// with the file will say so.
func (a *App) applyColor() error {
	if !a.Streams.Color && !a.Streams.ErrColor {
		return nil
	}
	color, err := a.profiles().Setting("color", "")
	if err != nil && failure.Of(err).Kind != failure.File {
		return err
	}
	if color.Text == "never" {
		a.Streams.Color, a.Streams.ErrColor = false, false
	}
	return nil
}

// page is where long output goes: see term.Streams.Page. The pager of the
// settings stands between the two variables that Page knows.
func (a *App) page() io.WriteCloser {
	out, paged := a.Streams.Page(func(name string) (string, bool) {
		value, set := a.LookupEnv(name)
		if name != "EPILOT_PAGER" || set {
			return value, set
		}
		pager, err := a.profiles().Setting("pager", "")
		return pager.Text, err == nil && pager.Source == profiles.FromFile
	})
	if paged && a.Exit != nil {
		leaveInterrupts()
	}
	return out
}
