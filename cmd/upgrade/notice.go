package upgrade

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/upgrade"
	"github.com/epilot-cli/epilot/profiles"
)

// TellNews tells a person, when the command has said its own, of a new version
// that an earlier command heard of, and lets a process of its own ask for the
// next. Where the build has no feed it does nothing at all.
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
		return // who cannot remember would tell it, and ask, each time
	}
	if news != "" {
		showNews(f, news)
	}
	if due {
		askForNews(f, filepath.Dir(file))
	}
}

// mayTell: a person watches, and nothing says that a machine does.
func mayTell(f *cmdutil.Factory, args []string) bool {
	if !f.Streams.ErrTTY || f.Flags.JSON || f.NoNews || len(args) > 0 && strings.HasPrefix(args[0], "__") {
		return false
	}
	return !slices.ContainsFunc([]string{
		"EPILOT_NO_UPDATE_NOTIFIER", "EPILOT_NO_INTERACTIVE",
		"CI", "BUILD_NUMBER", "RUN_ID", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID",
	}, func(name string) bool { return cmdutil.IsOn(f.Getenv(name)) })
}

// wantsNews reads the setting. Settings that cannot be read are another
// command's to complain of.
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
	palette := term.NewPalette(f.Streams.ErrColor)
	fmt.Fprintf(f.Streams.Err, "%s epilot %s is there, this is %s; run: %s\n",
		palette.Dim("news:"), version, f.Program.Version, run)
}

// askForNews starts a process that outlives this one: a command must not wait
// for a feed. That it cannot start is nobody's trouble; tomorrow it is tried
// again.
func askForNews(f *cmdutil.Factory, folder string) {
	if program, err := f.Program.Executable(); err == nil {
		_ = upgrade.Background(program, folder, upgrade.Quiet(f.Environ()), "upgrade", "--remember")
	}
}

const newsTime = time.Minute // for asking in the background

// rememberLatest is what that process does.
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
