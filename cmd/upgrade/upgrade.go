package upgrade

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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

// New returns the upgrade command.
func New(f *cmdutil.Factory) *cobra.Command {
	o := &options{f: f}
	cmd := &cobra.Command{
		Use:     "upgrade [version]",
		Example: "epilot upgrade --check\nepilot upgrade\nepilot upgrade 1.4.0 --yes",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if err := cmdutil.OneArg("version", "epilot upgrade 1.4.0")(cmd, args); err != nil {
				return err
			}
			return upgrade.CheckVersion(args[0])
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.version = args[0]
			}
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "Check for a newer release without installing it")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "Install the given version even if it is older")
	cmd.Flags().BoolVar(&o.remember, "remember", false, "Keep the latest version for the notice, and print nothing")
	_ = cmd.Flags().MarkHidden("remember") // cannot fail: the flag was added above
	return cmd
}

// run announces a release or installs it. It does not replace a program installed by
// a package manager.
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

// client has the timeout of the flag, the environment or the configuration. If that
// cannot be read, it has none: an upgrade to a version that can read it must be
// possible.
func (o *options) client() (*client.Client, error) {
	policy := client.Policy{Retry: transport.Retry{
		Retries: 2, MaxWait: 10 * time.Second, Sleep: o.f.Sleep, Random: o.f.Jitter, Report: o.f.Out.Retrying,
	}}
	timeout, err := o.f.Setting("timeout")
	switch {
	case err != nil && failure.Of(err).Kind != failure.File:
		return nil, err
	case err == nil && timeout.Source != profiles.FromDefault:
		if policy, err = cmdutil.WithTimeout(policy, timeout); err != nil {
			return nil, err
		}
	}
	return o.f.NewClient(policy), nil
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
		return failure.New(failure.Usage, "%s is older than the installed %s", release.Version, found.Current).
			Hintf("\"epilot upgrade %s --yes\" installs it anyway", release.Version)
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
	defer o.f.Out.Wait("waiting for the list of releases")()
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
	defer o.f.Out.Wait("installing epilot " + release.Version)()
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

// installed describes where this program is and how it was installed.
type installed struct {
	program string
	upgrade.Installation
}

func installation(f *cmdutil.Factory) (installed, error) {
	program, err := f.Program.Executable()
	if err != nil {
		return installed{}, failure.New(failure.File, "cannot find the program's own file: %w", err).
			Hintf("start it by its path, or install the release by hand")
	}
	target, err := filepath.EvalSymlinks(program)
	if err != nil {
		target = program // it does not exist; the replacement will report that
	}
	return installed{program, upgrade.Installed(f.Program.Root, f.Getenv, program, target)}, nil
}

// openFeed opens the feed of this program's releases.
func openFeed(f *cmdutil.Factory, send http.RoundTripper) (*upgrade.Feed, error) {
	return upgrade.Open(upgrade.Options{
		Address: cmp.Or(f.Getenv("EPILOT_RELEASES_URL"), f.Program.Feed), Key: f.Program.FeedKey, Send: send,
	})
}

// noFeed returns an error that says how else to upgrade.
func (p installed) noFeed() error {
	none := failure.New(failure.Usage, "this build has no release feed: it cannot upgrade itself")
	if p.Run == "" {
		return none.Hintf("build a newer %s: in a checkout, git pull && CGO_ENABLED=0 go build -o epilot .; otherwise, go install github.com/epilot-cli/epilot@latest", p.program)
	}
	return none.Hintf("%s was installed by %s; run: %s", p.program, p.By, p.Run)
}

func (p installed) notOurs() error {
	return failure.New(failure.File, "%s belongs to %s, which must upgrade it", p.program, p.By).
		Hintf("run: %s", p.Run)
}

// upgraded is the JSON form of a completed or available upgrade.
type upgraded struct {
	Current  string `json:"current"`
	Latest   string `json:"latest,omitempty"`  // if no version is named
	Version  string `json:"version,omitempty"` // the named version
	Newer    bool   `json:"newer"`             // newer than the current version
	Upgraded bool   `json:"upgraded"`
	Path     string `json:"path"`
	By       string `json:"installedBy,omitempty"`
	Run      string `json:"run,omitempty"` // the upgrade command
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
		return fmt.Sprintf("epilot %s is available (this is %s); run: %s", release, u.Current, u.Run)
	}
	return fmt.Sprintf("epilot %s is newer than the release %s", u.Current, release)
}

// TellNews prints, after the output of the command, a new version that an earlier
// command found, and starts a background process to look for the next. It does
// nothing in a build without a feed.
func TellNews(f *cmdutil.Factory, args []string) {
	if f.Program.Feed == "" || !mayTell(f, args) {
		return
	}
	file := memory(f)
	if file == "" {
		return
	}
	now := f.Now()
	m := upgrade.ReadMemory(file)
	news, due := m.News(f.Program.Version, now), m.Due(now)
	if news == "" && !due || !wantsNews(f) {
		return
	}
	if news != "" {
		m.Notified = now
	}
	if due {
		m.Checked = now
	}
	if m.Write(file) != nil {
		return // otherwise it would print, and ask, each time
	}
	if news != "" {
		showNews(f, news)
	}
	if due {
		askForNews(f, filepath.Dir(file))
	}
}

// mayTell reports whether a user is watching and nothing indicates automation.
func mayTell(f *cmdutil.Factory, args []string) bool {
	if !f.Streams.ErrTTY || f.Flags.JSON || f.NoNews || len(args) > 0 && strings.HasPrefix(args[0], "__") {
		return false
	}
	return !slices.ContainsFunc([]string{
		"EPILOT_NO_UPDATE_NOTIFIER", "EPILOT_NO_INTERACTIVE",
		"CI", "BUILD_NUMBER", "RUN_ID", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID",
	}, func(name string) bool { return cmdutil.IsOn(f.Getenv(name)) })
}

// wantsNews reads the setting. Other commands report settings that cannot be read.
func wantsNews(f *cmdutil.Factory) bool {
	setting, err := f.Profiles().Setting("update_notice", "")
	return err == nil && setting.Text == "auto"
}

func memory(f *cmdutil.Factory) string {
	state := profiles.StateDir(f.Getenv)
	if state == "" {
		return ""
	}
	return filepath.Join(state, "upgrade.json")
}

func showNews(f *cmdutil.Factory, version string) {
	run := "epilot upgrade"
	if at, err := installation(f); err == nil && at.Managed {
		run = at.Run
	}
	palette := f.Streams.ErrPalette()
	fmt.Fprintf(f.Streams.Err, "%s epilot %s is available (this is %s); run: %s\n",
		palette.Dim("news:"), version, f.Program.Version, run)
}

// askForNews starts a process that outlives this one, because a command must not
// wait for a feed. A failure is ignored; the next attempt is a day later.
func askForNews(f *cmdutil.Factory, folder string) {
	if program, err := f.Program.Executable(); err == nil {
		_ = upgrade.Background(program, folder, upgrade.Quiet(f.Environ()), "upgrade", "--remember")
	}
}

const newsTime = time.Minute // for the background request

// rememberLatest runs in that process.
func rememberLatest(ctx context.Context, f *cmdutil.Factory) error {
	file := memory(f)
	if f.Program.Feed == "" || file == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, newsTime)
	defer cancel()
	feed, err := openFeed(f, f.NewClient(client.Policy{}).RoundTripper())
	if err != nil {
		return err
	}
	latest, err := feed.Latest(ctx)
	if err != nil {
		return err
	}
	m := upgrade.ReadMemory(file)
	m.Latest, m.Checked = latest.Version, f.Now()
	return m.Write(file)
}
