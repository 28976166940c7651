package help

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/help"
)

// The shapes of "epilot help --json" and "epilot help <topic> --json". Programs
// read them: members may be added, never renamed.
type (
	listedHelp struct {
		Commands []listedEntry `json:"commands"`
		Topics   []listedEntry `json:"topics"`
	}
	listedEntry struct {
		Name string `json:"name"`
		Line string `json:"line"`
	}
	listedTopic struct {
		listedEntry
		Text string `json:"text"` // Markdown
	}
)

// Topics that are made from what the program has.
const (
	apisTopic  = "apis"
	flagsTopic = "flags"
)

// IsTopic reports whether the argument behind "help" names a topic.
func IsTopic(name string) bool {
	return name == apisTopic || name == flagsTopic || help.TopicText(name) != ""
}

// Topics are the names and lines of all topics.
func Topics() []help.Entry {
	return append([]help.Entry{
		{Name: apisTopic, Line: "What each API is for"},
		{Name: flagsTopic, Line: "Flags of a call and of every command"},
	}, help.Topics()...)
}

// TopicNames are the names of all topics.
func TopicNames() []string {
	var names []string
	for _, topic := range Topics() {
		names = append(names, topic.Name)
	}
	return names
}

// Topic writes a topic; call are the flags of an API call.
func Topic(f *cmdutil.Factory, name string, root *cobra.Command, call *pflag.FlagSet) error {
	switch name {
	case apisTopic:
		return apis(f)
	case flagsTopic:
		return flags(f, root, call)
	}
	topics := help.Topics()
	i := slices.IndexFunc(topics, func(e help.Entry) bool { return e.Name == name })
	return f.Out.Show(listedTopic{listedEntry(topics[i]), help.TopicText(name)}, func(page *help.Page) {
		page.Topic(name, f.Streams.Width)
	})
}

// flags writes the flags of a call and those of every command.
func flags(f *cmdutil.Factory, root *cobra.Command, call *pflag.FlagSet) error {
	listed := struct {
		Call   []mappedFlag `json:"call_flags"`
		Global []mappedFlag `json:"global_flags"`
	}{mappedFlags(call), mappedFlags(root.PersistentFlags())}
	return f.Out.Show(listed, func(page *help.Page) {
		page.List("FLAGS OF A CALL", cmdutil.FlagEntries(call))
		page.List("FLAGS OF EVERY COMMAND", cmdutil.FlagEntries(root.PersistentFlags()))
	})
}

// apis writes what each API is for.
func apis(f *cmdutil.Factory) error {
	type listedAPI struct {
		Name  string `json:"name"`
		Group string `json:"group"`
		About string `json:"about"`
	}
	var listed []listedAPI
	groups := f.Catalog().Groups()
	for _, group := range groups {
		for _, api := range group.APIs {
			listed = append(listed, listedAPI{api.Name, group.Name, api.About})
		}
	}
	return f.Out.Show(listed, func(page *help.Page) {
		for _, group := range groups {
			var entries []help.Entry
			for _, api := range group.APIs {
				entries = append(entries, help.Entry{Name: api.Name, Line: api.About})
			}
			page.List(strings.ToUpper(group.Name), entries)
		}
	})
}

// List writes what "help" knows, for programs.
func List(f *cmdutil.Factory, root *cobra.Command) error {
	return f.Out.PrintJSON(listedHelp{listed(commandEntries(root)), listed(help.Topics())})
}

func listed(entries []help.Entry) []listedEntry {
	found := make([]listedEntry, 0, len(entries))
	for _, e := range entries {
		found = append(found, listedEntry(e))
	}
	return found
}
