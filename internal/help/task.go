package help

import (
	_ "embed"
	"strings"
)

// tasks are blocks between empty lines: a title behind "# ", then the lines of a
// shell.
//
//go:embed tasks.txt
var tasks string

// Task is what people do with the program, as lines to paste into a shell.
type Task struct {
	Title   string `json:"title"`
	Command string `json:"command"`
}

// Tasks are those that "epilot examples" shows. They run on the mock.
func Tasks() []Task {
	var found []Task
	for block := range strings.SplitSeq(strings.TrimSpace(tasks), "\n\n") {
		title, command, _ := strings.Cut(block, "\n")
		found = append(found, Task{strings.TrimPrefix(title, "# "), command})
	}
	return found
}

// Tasks writes the tasks as a script: each title is a comment.
func (p *Page) Tasks() {
	for i, task := range Tasks() {
		if i > 0 {
			p.line("")
		}
		p.line("%s", p.palette.Dim("# "+task.Title))
		for line := range strings.SplitSeq(task.Command, "\n") {
			p.line("%s", line)
		}
	}
	p.line("")
	p.line("%s", p.palette.Dim("# To try them without an account: export EPILOT_SERVER=mock"))
}
