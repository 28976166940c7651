package cmd

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/upgrade"
	"github.com/epilot-cli/epilot/profiles"
)

// tellNews tells a person, when the command has said its own, of a new version
// that an earlier command heard of, and lets a process of its own ask for the
// next. Where the build has no feed it does nothing at all.
func (a *App) tellNews(args []string) {
	if a.Feed == "" || !a.mayTell(args) {
		return
	}
	file := a.memory()
	if file == "" {
		return
	}
	now := a.Now()
	m := upgrade.ReadMemory(file)
	news, due := m.News(a.Version, now), m.Due(now)
	if news == "" && !due || !a.wantsNews() {
		return
	}
	if news != "" {
		m.Told = now
	}
	if due {
		m.Checked = now
	}
	if m.Write(file) != nil {
		return // who cannot remember would tell it, and ask, each time
	}
	if news != "" {
		a.showNews(news)
	}
	if due {
		a.askForNews(filepath.Dir(file))
	}
}

// mayTell: a person watches, and nothing says that a machine does.
func (a *App) mayTell(args []string) bool {
	if !a.Streams.ErrTTY || a.json || a.quiet || len(args) > 0 && strings.HasPrefix(args[0], "__") {
		return false
	}
	return !slices.ContainsFunc([]string{
		"EPILOT_NO_UPDATE_NOTIFIER", "EPILOT_NO_INTERACTIVE",
		"CI", "BUILD_NUMBER", "RUN_ID", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID",
	}, func(name string) bool { return isOn(a.Getenv(name)) })
}

// wantsNews reads the setting. Settings that cannot be read are another
// command's to complain of.
func (a *App) wantsNews() bool {
	setting, err := a.profiles().Setting("update_notice", "")
	return err == nil && setting.Text == "auto"
}

func (a *App) memory() string {
	state := profiles.StateDir(a.Getenv)
	if state == "" {
		return ""
	}
	return filepath.Join(state, "upgrade.json")
}

func (a *App) showNews(version string) {
	run := "epilot upgrade"
	if place, err := a.place(); err == nil && place.Managed {
		run = place.Run
	}
	palette := term.NewPalette(a.Streams.ErrColor)
	fmt.Fprintf(a.Streams.Err, "%s epilot %s is there, this is %s; run: %s\n",
		palette.Dim("news:"), version, a.Version, run)
}

// askForNews starts a process that outlives this one: a command must not wait
// for a feed. That it cannot start is nobody's trouble; tomorrow it is tried
// again.
func (a *App) askForNews(folder string) {
	if program, err := a.Executable(); err == nil {
		_ = upgrade.Background(program, folder, upgrade.Quiet(a.Environ()), "upgrade", "--remember")
	}
}

const newsTime = time.Minute // for asking in the background

// rememberLatest is what that process does.
func (a *App) rememberLatest(ctx context.Context) error {
	file := a.memory()
	if a.Feed == "" || file == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, newsTime)
	defer cancel()
	feed, err := a.feed(a.transport(nil))
	if err != nil {
		return err
	}
	latest, err := feed.Latest(ctx)
	if err != nil {
		return err
	}
	m := upgrade.ReadMemory(file)
	m.Latest, m.Checked = latest.Version, a.Now()
	return m.Write(file)
}
