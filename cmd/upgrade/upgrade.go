package upgrade

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/internal/upgrade"
	"github.com/epilot-cli/epilot/profiles"
)

type options struct {
	f        *cmdutil.Factory
	check    bool
	yes      bool
	remember bool
	version  string // "" for the latest
}

// New is the command.
func New(f *cmdutil.Factory) *cobra.Command {
	o := &options{f: f}
	cmd := &cobra.Command{
		Use:     "upgrade [version]",
		Example: "epilot upgrade --check\nepilot upgrade\nepilot upgrade 1.4.0 --yes",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cmdutil.OneArg("version", "epilot upgrade 1.4.0")(cmd, args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.version = args[0]
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
func (o *options) run(ctx context.Context) error {
	o.f.NoNews = true
	if o.remember {
		return rememberLatest(ctx, o.f)
	}
	at, err := installation(o.f)
	if err != nil {
		return err
	}
	if o.f.Program.Feed == "" {
		return at.noFeed()
	}
	if at.Managed && !o.check {
		return at.notOurs()
	}
	c, err := o.client()
	if err != nil {
		return err
	}
	return c.Within(ctx, func(ctx context.Context) error { return o.work(ctx, c, at) })
}

// client has the limit of the flag alone: a broken configuration must not keep a
// person from a program that can read it.
func (o *options) client() (*client.Client, error) {
	policy := client.Policy{Retry: transport.Retry{
		Retries: 2, MaxWait: 10 * time.Second, Sleep: o.f.Sleep, Random: o.f.Jitter, Report: o.f.Out.Retrying,
	}}
	if o.f.Flags.Timeout == "" {
		return o.f.NewClient(policy), nil
	}
	timeout, err := o.f.Profiles().Setting("timeout", o.f.Flags.Timeout)
	if err != nil {
		return nil, err
	}
	policy, err = cmdutil.WithTimeout(policy, timeout)
	return o.f.NewClient(policy), err
}

func (o *options) work(ctx context.Context, c *client.Client, at installed) error {
	release, err := o.find(ctx, c)
	if err != nil {
		return err
	}
	found := o.verdict(release, at)
	switch {
	case o.check || release.Version == found.Current || !found.Newer && o.version == "":
		return o.show(found)
	case !found.Newer && !o.yes:
		return failure.New(failure.Usage, "%s is older than this program, %s", release.Version, found.Current).
			Hintf("\"epilot upgrade %s --yes\" installs it all the same", release.Version)
	}
	found.Upgraded, err = o.install(ctx, release, at)
	if err != nil {
		return err
	}
	return o.show(found)
}

func (o *options) find(ctx context.Context, c *client.Client) (*upgrade.Release, error) {
	feed, err := openFeed(o.f, c.RoundTripper())
	if err != nil {
		return nil, err
	}
	if o.version == "" {
		return feed.Latest(ctx)
	}
	return feed.Find(ctx, o.version)
}

func (o *options) install(ctx context.Context, release *upgrade.Release, at installed) (bool, error) {
	state := profiles.StateDir(o.f.Getenv)
	if state == "" {
		return false, failure.New(failure.File, "no folder for the lock of an upgrade").
			Hintf("set HOME or XDG_STATE_HOME")
	}
	var shown *output.Progress
	defer func() { shown.Done() }()
	return upgrade.Installer{
		Program: at.program, System: runtime.GOOS, Machine: runtime.GOARCH,
		Lock:    filepath.Join(state, "upgrade"),
		Environ: o.f.Environ(),
		Watch: func(archive io.Reader, size int64) io.Reader {
			shown = o.f.Out.Bytes(0, size)
			return shown.Reader(archive)
		},
	}.Install(ctx, release)
}

// installed is where this program is, and who put it there.
type installed struct {
	program string
	upgrade.Installation
}

func installation(f *cmdutil.Factory) (installed, error) {
	program, err := f.Program.Executable()
	if err != nil {
		return installed{}, failure.New(failure.File, "this program's own file is not known: %w", err).
			Hintf("start it by its path, or install the release by hand")
	}
	target, err := filepath.EvalSymlinks(program)
	if err != nil {
		target = program // it is gone; who wants to replace it will say so
	}
	return installed{program, upgrade.Installed(f.Program.Root, f.Getenv, program, target)}, nil
}

// openFeed is where this program's releases are.
func openFeed(f *cmdutil.Factory, send http.RoundTripper) (*upgrade.Feed, error) {
	return upgrade.Open(upgrade.Options{
		Address: cmp.Or(f.Getenv("EPILOT_RELEASES_URL"), f.Program.Feed), Key: f.Program.FeedKey, Send: send,
	})
}

// noFeed says what else brings a newer program.
func (p installed) noFeed() error {
	none := failure.New(failure.Usage, "this epilot was built without a release feed: it cannot upgrade itself")
	if p.Run == "" {
		return none.Hintf("nobody knows who installed %s; build a newer one: go install github.com/epilot-cli/epilot@latest", p.program)
	}
	return none.Hintf("%s was installed by %s; run: %s", p.program, p.By, p.Run)
}

func (p installed) notOurs() error {
	return failure.New(failure.File, "%s belongs to %s, which must upgrade it", p.program, p.By).
		Hintf("run: %s", p.Run)
}

// upgraded is what became of an upgrade, or could become of one, as --json
// writes it.
type upgraded struct {
	Current  string `json:"current"`
	Latest   string `json:"latest,omitempty"`  // where no version was named
	Version  string `json:"version,omitempty"` // the one that was named
	Newer    bool   `json:"newer"`             // than the current one
	Upgraded bool   `json:"upgraded"`
	Path     string `json:"path"`
	By       string `json:"installedBy,omitempty"`
	Run      string `json:"run,omitempty"` // what upgrades it
}

func (o *options) verdict(release *upgrade.Release, at installed) upgraded {
	found := upgraded{
		Current: o.f.Program.Version, Latest: release.Version,
		Newer: upgrade.Compare(release.Version, o.f.Program.Version) > 0,
		Path:  at.program, By: at.By,
	}
	if o.version != "" {
		found.Latest, found.Version = "", release.Version
	}
	if found.Newer {
		found.Run = "epilot upgrade"
	}
	if found.Newer && at.Managed {
		found.Run = at.Run
	}
	return found
}

func (o *options) show(found upgraded) error {
	return o.f.ShowLine(found, found.text())
}

func (u upgraded) text() string {
	release := u.Latest + u.Version
	switch {
	case u.Upgraded:
		return fmt.Sprintf("epilot %s is now %s: %s", u.Current, release, u.Path)
	case release == u.Current:
		return fmt.Sprintf("epilot %s is up to date", u.Current)
	case u.Newer:
		return fmt.Sprintf("epilot %s is there, this is %s; run: %s", release, u.Current, u.Run)
	}
	return fmt.Sprintf("epilot %s is newer than the release %s", u.Current, release)
}
