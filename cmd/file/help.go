package file

import "github.com/epilot-cli/epilot/internal/help"

func describeUpload() help.Command {
	const command = "epilot " + API + " upload"
	return help.Command{
		Words: command,
		Line:  "Upload files and save them as file entities",
		Usage: []string{command + " <path>… [-f field=value]… [flags]"},
		Notes: []help.Note{
			{Title: "STEPS", Lines: []string{
				"For each file: request an upload URL, upload the file without the token, and",
				"create a file entity. Prints the list of the entities.",
			}},
			{Title: "FIELDS", Lines: []string{
				"-f sets fields of each entity, such as -f access_control=public-read -f '_tags[]=invoice';",
				"-p sets parameters of saveFileV2, such as -p activity_id=…",
			}},
		},
	}
}

func describeDownload() help.Command {
	const command = "epilot " + API + " download"
	return help.Command{
		Words: command,
		Line:  "Download files",
		Usage: []string{command + " <id>… [--out-file PATH] [flags]"},
		Notes: []help.Note{
			{Title: "FILES", Lines: []string{
				"Files are written into the working directory, or where --out-file says, under",
				"their names in epilot. Prints a list of ids and paths.",
			}},
			{Title: "PARAMETERS", Lines: []string{"-p sets parameters of downloadFile, such as -p version=1"}},
		},
	}
}
