package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
)

func newProfileListCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the profiles; * marks the active one",
		Args:  noWords,
		RunE:  func(*cobra.Command, []string) error { return call.listProfiles() },
	}
}

func (o *callOptions) listProfiles() error {
	store := o.app.profiles()
	all, err := store.Profiles()
	if err != nil {
		return err
	}
	active, err := store.Active()
	if err != nil {
		return err
	}
	shown := make([]shownProfile, len(all))
	for i, p := range all {
		shown[i] = describeProfile(p, active)
	}
	if o.json {
		return o.printJSON(shown)
	}
	if len(shown) == 0 {
		o.app.say("there are no profiles; \"epilot profile create\" makes one")
		return nil
	}
	return o.print(o.profileTable(shown))
}

func (o *callOptions) profileTable(all []shownProfile) *manual.Page {
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	rows := [][]string{{"", "PROFILE", "SERVER", "STAGE", "TOKEN", "ORGANIZATION", "EXPIRES"}}
	for _, p := range all {
		mark := ""
		if p.Active {
			mark = "*"
		}
		rows = append(rows, []string{mark, p.Name, p.Server, p.Stage, p.tokenWords(), p.OrgID, o.expiry(p.ExpiresAt)})
	}
	page.Table(rows)
	return page
}

// expiry is a time as people read it, and whether it has come.
func (o *callOptions) expiry(written string) string {
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		return ""
	}
	text := at.Local().Format("2006-01-02 15:04")
	if !o.app.Now().Before(at) {
		text += " (expired)"
	}
	return text
}
