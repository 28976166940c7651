package cmd

import (
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/manual"
)

// transferWords is one of the two commands where it stands in a list.
type transferWords struct{ name, takes, line string }

func transferList() []transferWords {
	return []transferWords{
		{fileUpload, "<path>…", "Upload files and save them"},
		{fileDownload, "<id>…", "Download files"},
	}
}

func (t transferWords) usage() string { return "epilot " + fileAPI + " " + t.name + " " + t.takes }

// listTransfers adds them to the list of the API's operations.
func listTransfers(page *manual.Page) {
	var lines []string
	for _, t := range transferList() {
		lines = append(lines, fmt.Sprintf("%-30s %s", t.usage(), strings.ToLower(t.line)))
	}
	page.Lines("COMMANDS", lines...)
}

// transferHelp is the help of both.
func (o *callOptions) transferHelp(page *manual.Page) {
	c := transferCommand(o.operation)
	page.Lines("USAGE", c.Usage...)
	for _, note := range c.Notes {
		page.Lines(note.Title, note.Lines...)
	}
	page.List("FLAGS", CallFlags())
}

// transferCommand describes one of them.
func transferCommand(name string) manual.Command {
	c := manual.Command{Words: "epilot " + fileAPI + " " + name}
	if name == fileUpload {
		c.Line = "Upload files and save them as file entities"
		c.Usage = []string{c.Words + " <path>… [-f field=value]… [flags]"}
		c.Notes = []manual.Note{
			{Title: "WHAT IT DOES", Lines: []string{
				"Uploads files: asks for an upload URL, puts each file there without the token,",
				"and saves it as a file entity. Answers the list of the entities.",
			}},
			{Title: "FIELDS", Lines: []string{
				"-f sets fields of each entity, such as -f access_control=public-read -f '_tags[]=invoice';",
				"-p sets parameters of saveFileV2, such as -p activity_id=…",
			}},
		}
		return c
	}
	c.Line = "Download files"
	c.Usage = []string{c.Words + " <id>… [--out-file PATH] [flags]"}
	c.Notes = []manual.Note{
		{Title: "WHAT IT DOES", Lines: []string{
			"Downloads files into the working directory, or where --out-file says,",
			"under the names that they have. Answers the list of ids and paths.",
		}},
		{Title: "PARAMETERS", Lines: []string{"-p sets parameters of downloadFile, such as -p version=1"}},
	}
	return c
}
