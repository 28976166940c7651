package operation

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/help"
)

// help writes the help of the API, of the operation that the line names, or of
// the command of that name.
func (c *Command) help(cmd *cobra.Command) error {
	if !c.named {
		if err := c.f.Flags.Help.Check(); err != nil {
			return err
		}
		return c.list(cmd.Context())
	}
	api, op, extra, err := c.find(cmd.Context())
	if err != nil {
		return err
	}
	page := c.f.Out.Page()
	switch {
	case op != nil && c.f.Flags.JSON:
		return c.f.HelpOne(api, op)
	case op != nil:
		if err := page.Operation(api, op, c.f.Flags.Help.Detail); err != nil {
			return err
		}
	case extra != nil:
		described := extra.Describe()
		page.Lines("USAGE", described.Usage...)
		for _, note := range described.Notes {
			page.Lines(note.Title, note.Lines...)
		}
		page.List("FLAGS", c.callFlagEntries())
	default:
		return c.unknownOperation(api)
	}
	return c.f.Out.Print(page)
}

// listExtra lists the API's commands that are no operations.
func (c *Command) listExtra(page *help.Page) {
	var lines []string
	for _, e := range c.Extra {
		lines = append(lines, fmt.Sprintf("%-30s %s", e.Usage(c.api), strings.ToLower(e.Line)))
	}
	if len(lines) > 0 {
		page.Lines("COMMANDS", lines...)
	}
}
