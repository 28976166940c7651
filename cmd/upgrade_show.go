package cmd

import (
	"fmt"

	"github.com/epilot-cli/epilot/internal/upgrade"
)

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

func (o *upgradeOptions) verdict(release *upgrade.Release, place place) upgraded {
	found := upgraded{
		Current: o.call.app.Version, Latest: release.Version,
		Newer: upgrade.Compare(release.Version, o.call.app.Version) > 0,
		Path:  place.program, By: place.By,
	}
	if o.version != "" {
		found.Latest, found.Version = "", release.Version
	}
	if found.Newer {
		found.Run = "epilot upgrade"
	}
	if found.Newer && place.Managed {
		found.Run = place.Run
	}
	return found
}

func (o *upgradeOptions) show(found upgraded) error {
	if o.call.json {
		return o.call.printJSON(found)
	}
	_, err := fmt.Fprintln(o.call.app.Streams.Out, found.words())
	return asWriteError(err)
}

func (u upgraded) words() string {
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
