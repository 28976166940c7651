package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
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

// newHelpCmd is what the list of commands says of "help", which is read as
// --help before cobra sees it.
func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command, API or topic]",
		Short: "Read about a command, an API, an operation or a topic",
	}
}

// isTopic reports whether the word behind "help" names a topic.
func isTopic(word string) bool { return manual.TopicText(word) != "" }

// nameTopic keeps the topic of a line that begins with "help", and returns the
// arguments that cobra reads.
func (o *callOptions) nameTopic(words, options []string) []string {
	if len(words) > 1 {
		o.unknown = &words[1]
		return options
	}
	o.topic = words[0]
	return options
}

func topicNames() []string {
	var names []string
	for _, topic := range manual.Topics() {
		names = append(names, topic.Name)
	}
	return names
}

// showTopic writes the topic of this line.
func (o *callOptions) showTopic() error {
	if o.json {
		topics := manual.Topics()
		i := slices.IndexFunc(topics, func(e manual.Entry) bool { return e.Name == o.topic })
		return o.printJSON(listedTopic{listedEntry(topics[i]), manual.TopicText(o.topic)})
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Topic(o.topic, o.app.Streams.Width)
	return o.print(page)
}

// listHelp lists what "help" knows, for programs.
func (o *callOptions) listHelp(commands []manual.Entry) error {
	return o.printJSON(listedHelp{listed(commands), listed(manual.Topics())})
}

func listed(entries []manual.Entry) []listedEntry {
	found := make([]listedEntry, 0, len(entries))
	for _, e := range entries {
		found = append(found, listedEntry(e))
	}
	return found
}
