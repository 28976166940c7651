package main

import (
	"context"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
)

// manPages returns the man pages by file name: the program's, one for each of
// its commands and help topics, and one for each embedded API.
func manPages(ctx context.Context, edition manual.Edition) (map[string]string, error) {
	apis, err := embeddedAPIs(ctx)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	put := func(name, page string) { pages[name+".1"] = page }
	man, program := cmd.Manual(edition), cmd.Commands()
	for _, topic := range manual.Topics() {
		name, page := man.Topic(topic.Name, manual.TopicText(topic.Name))
		pages[name+".7"] = page
	}
	put(man.Program(program, apis))
	putCommands(man, program.Below, put)
	for _, api := range apis {
		below := cmd.APICommands(api.Name)
		put(man.API(api, below))
		putCommands(man, below, put)
	}
	return pages, nil
}

func putCommands(man manual.Man, commands []manual.Command, put func(name, page string)) {
	for _, c := range commands {
		put(man.Command(c))
		putCommands(man, c.Below, put)
	}
}

func embeddedAPIs(ctx context.Context) ([]*operation.API, error) {
	embedded := catalog.New(catalog.Options{})
	var apis []*operation.API
	for _, name := range embedded.Names() {
		api, err := embedded.Load(ctx, name, "")
		if err != nil {
			return nil, err
		}
		apis = append(apis, api)
	}
	return apis, nil
}
