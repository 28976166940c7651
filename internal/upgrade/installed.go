package upgrade

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Installation is how a program came to where it is.
type Installation struct {
	By      string // "Homebrew", "dpkg", "go install" …; "" where nobody knows
	Run     string // what to run for a newer version, "" where nobody knows
	Managed bool   // the place belongs to a package manager, which must do it
}

// Installed finds out who installed the program at one of the paths: where it
// was called and what links lead to. root is the file system from "/", for the
// databases of package managers; nothing is run. getenv names the folders of Go.
func Installed(root fs.FS, getenv func(string) string, paths ...string) Installation {
	for _, program := range paths {
		program = filepath.ToSlash(program)
		if by := byFolder(program); by.Managed {
			return by
		}
		if by := byDatabase(root, program); by.Managed {
			return by
		}
	}
	if slices.ContainsFunc(paths, func(program string) bool { return isGoFolder(filepath.Dir(program), getenv) }) {
		return Installation{By: "go install", Run: "go install github.com/epilot-cli/epilot@latest"}
	}
	return Installation{}
}

// byFolder knows the folders that package managers have for themselves.
func byFolder(program string) Installation {
	for _, known := range [...]struct{ part, by, run string }{
		{"/node_modules/", "npm", "npm install --global @epilot-cli/epilot@latest"},
		{"/Cellar/", "Homebrew", "brew upgrade epilot"},
		{"/Caskroom/", "Homebrew", "brew upgrade --cask epilot"},
		{"/scoop/apps/", "Scoop", "scoop update epilot"},
		{"/scoop/shims/", "Scoop", "scoop update epilot"},
		{"/WinGet/", "WinGet", "winget upgrade epilot"},
		{"/chocolatey/", "Chocolatey", "choco upgrade epilot"},
		{"/nix/store/", "Nix", "nix profile upgrade epilot"},
		{"/snap/", "Snap", "snap refresh epilot"},
		{"/mise/installs/", "mise", "mise upgrade epilot"},
		{"/.asdf/installs/", "asdf", "asdf install epilot latest"},
	} {
		if strings.Contains(strings.ToLower(program), strings.ToLower(known.part)) {
			return Installation{By: known.by, Run: known.run, Managed: true}
		}
	}
	return Installation{}
}

func isGoFolder(folder string, getenv func(string) string) bool {
	if folder == getenv("GOBIN") {
		return true
	}
	homes := append(filepath.SplitList(getenv("GOPATH")), filepath.Join(getenv("HOME"), "go"), filepath.Join(getenv("USERPROFILE"), "go"))
	return slices.ContainsFunc(homes, func(home string) bool { return filepath.Join(home, "bin") == folder })
}
