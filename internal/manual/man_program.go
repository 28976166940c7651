package manual

import "github.com/epilot-cli/epilot/internal/operation"

// Program is epilot(1): the program with its commands and its APIs.
func (m Man) Program(c Command, apis []*operation.API) (name, page string) {
	r := m.begin("epilot", c.Usage, c.Line)
	r.notes(c.Notes)
	r.below("COMMANDS", c.Below)
	r.section("APIS")
	r.paragraphs("Each has a page of its own, such as " + manName("epilot "+clean(apis[0].Name)) + "(1).")
	for _, api := range apis {
		r.item(clean(api.Name), "", clean(api.Title))
	}
	r.section("TOPICS")
	for _, topic := range Topics() {
		r.item(manName("epilot "+topic.Name)+"(7)", "", unspanned(topic.Line))
	}
	r.flags("OPTIONS", c.Flags)
	r.flags("OPTIONS OF A CALL", m.Call)
	r.flags("OPTIONS OF EVERY COMMAND", m.Global)
	r.section("EXIT STATUS")
	r.entries(exitStatuses())
	r.seeAlso(manNames(c.Below)...)
	return "epilot", r.String()
}

// exitStatuses are what the process ends with, by package failure.
func exitStatuses() []Entry {
	return []Entry{
		{"0", "Success."},
		{"1", "The API answered 400 or more; its body is on stdout."},
		{"2", "The command line or the input is wrong; nothing was sent."},
		{"3", "The server was not reached, or what came back is broken or incomplete."},
		{"4", "There is no usable token, or it may not go to that server."},
		{"5", "A local file cannot be read or written."},
		{"6", "The JSONata expression is wrong."},
		{"130", "Interrupted, or cancelled at a prompt."},
		{"143", "Terminated."},
	}
}
