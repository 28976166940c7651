package cmd

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/internal/upgrade"
	"github.com/epilot-cli/epilot/profiles"
)

type upgradeOptions struct {
	call     *callOptions
	check    bool
	yes      bool
	remember bool
	version  string // "" for the latest
	meter    *meter // of the download
}

func newUpgradeCmd(call *callOptions) *cobra.Command {
	o := &upgradeOptions{call: call}
	cmd := &cobra.Command{
		Use:     "upgrade [version]",
		Example: "epilot upgrade --check\nepilot upgrade\nepilot upgrade 1.4.0 --yes",
		RunE: func(cmd *cobra.Command, words []string) error {
			if len(words) > 0 {
				if err := oneWord(cmd, words, "version", "epilot upgrade 1.4.0"); err != nil {
					return err
				}
				o.version = words[0]
			}
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "Say whether there is a newer release, and change nothing")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "Install the release that is named even if it is older")
	cmd.Flags().BoolVar(&o.remember, "remember", false, "Keep the latest version for the notice of it, and print nothing")
	_ = cmd.Flags().MarkHidden("remember") // the flag is there: it was added in the line above
	return cmd
}

// run tells of a release, or installs it. What a package manager put here is
// not asked about: it is not ours to replace.
func (o *upgradeOptions) run(ctx context.Context) error {
	o.call.app.quiet = true
	if o.remember {
		return o.call.app.rememberLatest(ctx)
	}
	place, err := o.call.app.place()
	if err != nil {
		return err
	}
	if o.call.app.Feed == "" {
		return place.noFeed()
	}
	if place.Managed && !o.check {
		return place.notOurs()
	}
	limit, err := o.limit()
	if err != nil {
		return err
	}
	return limit.limited(ctx, func(ctx context.Context) error { return o.work(ctx, place) })
}

// limit is that of the flag alone: a broken configuration must not keep a
// person from a program that can read it.
func (o *upgradeOptions) limit() (settings, error) {
	if o.call.timeout == "" {
		return settings{}, nil
	}
	timeout, err := o.call.app.profiles().Setting("timeout", o.call.timeout)
	if err != nil {
		return settings{}, err
	}
	limit, err := time.ParseDuration(timeout.Text)
	return settings{limit: limit, named: timeout.Where}, err
}

func (o *upgradeOptions) work(ctx context.Context, place place) error {
	release, err := o.find(ctx)
	if err != nil {
		return err
	}
	found := o.verdict(release, place)
	switch {
	case o.check || release.Version == found.Current || !found.Newer && o.version == "":
		return o.show(found)
	case !found.Newer && !o.yes:
		return failure.New(failure.Usage, "%s is older than this program, %s", release.Version, found.Current).
			Hintf("\"epilot upgrade %s --yes\" installs it all the same", release.Version)
	}
	found.Upgraded, err = o.install(ctx, release, place)
	if err != nil {
		return err
	}
	return o.show(found)
}

func (o *upgradeOptions) find(ctx context.Context) (*upgrade.Release, error) {
	app := o.call.app
	feed, err := app.feed(app.retrying(nil, transport.Retry{
		Attempts: 3, MaxWait: 10 * time.Second, Sleep: app.Sleep, Random: app.Jitter, Report: o.call.repeated,
	}, 0))
	if err != nil {
		return nil, err
	}
	if o.version == "" {
		return feed.Latest(ctx)
	}
	return feed.Find(ctx, o.version)
}

func (o *upgradeOptions) install(ctx context.Context, release *upgrade.Release, place place) (bool, error) {
	state := profiles.StateDir(o.call.app.Getenv)
	if state == "" {
		return false, failure.New(failure.File, "there is no folder for the lock of an upgrade").
			Hintf("set HOME or XDG_STATE_HOME")
	}
	defer func() { o.meter.done() }()
	return upgrade.Installer{
		Program: place.program, System: runtime.GOOS, Machine: runtime.GOARCH,
		Lock:    filepath.Join(state, "upgrade"),
		Environ: o.call.app.Environ(),
		Watch:   o.watch,
	}.Install(ctx, release)
}

func (o *upgradeOptions) watch(archive io.Reader, size int64) io.Reader {
	o.meter = o.call.meter(0, size)
	return metered{Reader: archive, meter: o.meter}
}
