package cmd

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/complete"
	"github.com/epilot-cli/epilot/profiles"
)

// completesFiles is cobra's mark of a flag whose value is a path.
const completesFiles = cobra.BashCompFilenameExt

// taken is what the words of a fixed command may be.
func (l *commandLine) taken() choices {
	path := strings.TrimPrefix(l.cmd.CommandPath(), l.root.Name()+" ")
	switch path {
	case "definitions update":
		return choices{candidates: l.downloadable(l.words)}
	case "definitions reset":
		return choices{candidates: l.apis(l.words)}
	case "definitions trust", "definitions untrust", "mock seed":
		return choices{files: len(l.words) == 0}
	case "config set":
		if len(l.words) == 1 {
			return choices{candidates: names(settingWords(l.words[0])), sorted: true}
		}
	}
	if len(l.words) > 0 {
		return choices{}
	}
	return l.takenOnce(path)
}

// takenOnce is what the one word may be that the command takes.
func (l *commandLine) takenOnce(path string) choices {
	switch path {
	case "profile use", "profile show", "profile set", "profile rename", "profile delete":
		return l.profileNames()
	case "config get", "config set", "config unset":
		return choices{candidates: settingKeys(), sorted: true}
	case "definitions show":
		return choices{candidates: l.apis(nil)}
	}
	return choices{}
}

// downloadable are the APIs whose definitions are published, but for those given.
func (l *commandLine) downloadable(given []string) []complete.Candidate {
	titles := map[string]string{}
	for _, e := range l.catalog.Entries() {
		titles[e.Name] = e.Title
	}
	var found []complete.Candidate
	for _, name := range l.catalog.Downloadable() {
		if !slices.Contains(given, name) {
			found = append(found, complete.Candidate{Text: name, Note: titles[name]})
		}
	}
	return found
}

func settingKeys() []complete.Candidate {
	var found []complete.Candidate
	for _, key := range profiles.Keys() {
		found = append(found, complete.Candidate{Text: key.Name, Note: key.Line})
	}
	return found
}

// paths are the files and folders that the path may go on to. A shell cannot
// find them itself where something else stands in front of the path.
func (a *App) paths(typed string) []complete.Candidate {
	folder, begun := filepath.Split(typed)
	at := folder
	if !filepath.IsAbs(at) {
		at = filepath.Join(a.Dir, folder)
	}
	entries, err := os.ReadDir(at)
	if err != nil {
		return nil
	}
	var found []complete.Candidate
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, begun) || name[0] == '.' && begun == "" {
			continue
		}
		c := complete.Candidate{Text: folder + name}
		if leadsOn(entry, filepath.Join(at, name)) {
			c.Text, c.Open = c.Text+string(filepath.Separator), true
		}
		found = append(found, c)
	}
	return found
}

// leadsOn tells a folder, or a link to one, without asking for every file.
func leadsOn(entry os.DirEntry, path string) bool {
	if entry.Type()&os.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
