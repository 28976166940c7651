package cmd

import (
	"cmp"
	"net/http"
	"path/filepath"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/upgrade"
)

// place is where this program is, and who put it there.
type place struct {
	program string
	upgrade.Installation
}

func (a *App) place() (place, error) {
	program, err := a.Executable()
	if err != nil {
		return place{}, failure.New(failure.File, "this program's own file is not known: %w", err).
			Hintf("start it by its path, or install the release by hand")
	}
	target, err := filepath.EvalSymlinks(program)
	if err != nil {
		target = program // it is gone; who wants to replace it will say so
	}
	return place{program, upgrade.Installed(a.Root, a.Getenv, program, target)}, nil
}

// feed is where this program's releases are.
func (a *App) feed(send http.RoundTripper) (*upgrade.Feed, error) {
	return upgrade.Open(upgrade.Options{
		Address: cmp.Or(a.Getenv("EPILOT_RELEASES_URL"), a.Feed), Key: a.FeedKey, Send: send,
	})
}

// noFeed says what else brings a newer program.
func (p place) noFeed() error {
	none := failure.New(failure.Usage, "this epilot was built without a release feed: it cannot upgrade itself")
	if p.Run == "" {
		return none.Hintf("nobody knows who installed %s; build a newer one: go install github.com/epilot-cli/epilot@latest", p.program)
	}
	return none.Hintf("%s was installed by %s; run: %s", p.program, p.By, p.Run)
}

func (p place) notOurs() error {
	return failure.New(failure.File, "%s belongs to %s, which must upgrade it", p.program, p.By).
		Hintf("run: %s", p.Run)
}
