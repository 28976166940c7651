package upgrade

import (
	"bytes"
	"io/fs"
	"os/exec"
	"path"
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

// byDatabase asks the lists of files that package managers of Linux keep. They
// may know a program in /usr/bin as one in /bin.
func byDatabase(root fs.FS, program string) Installation {
	if !path.IsAbs(program) {
		return Installation{}
	}
	names := []string{program[1:]}
	if short, merged := strings.CutPrefix(program, "/usr/"); merged {
		names = append(names, short)
	}
	for _, known := range [...]struct {
		owns    func(fs.FS, string) bool
		by, run string
	}{
		{ownedByDpkg, "dpkg", "sudo apt-get install --only-upgrade epilot"},
		{ownedByApk, "apk", "apk upgrade epilot"},
		{ownedByPacman, "pacman", "sudo pacman -Syu epilot"},
		{ownedByRPM, "rpm", "sudo dnf upgrade epilot"},
	} {
		if slices.ContainsFunc(names, func(name string) bool { return known.owns(root, name) }) {
			return Installation{By: known.by, Run: known.run, Managed: true}
		}
	}
	return Installation{}
}

func ownedByDpkg(root fs.FS, name string) bool {
	return listed(root, "var/lib/dpkg/info/*.list", "/"+name)
}

func ownedByPacman(root fs.FS, name string) bool {
	return listed(root, "var/lib/pacman/local/*/files", name)
}

// listed looks for a line in files.
func listed(root fs.FS, pattern, want string) bool {
	files, _ := fs.Glob(root, pattern) // the pattern is a good one
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := fs.ReadFile(root, file)
		return err == nil && hasLine(text, want)
	})
}

func hasLine(text []byte, want string) bool {
	return bytes.Contains(append(append([]byte("\n"), text...), '\n'), []byte("\n"+want+"\n"))
}

// ownedByApk: a line "F:" names a folder, and the lines "R:" behind it its
// files.
func ownedByApk(root fs.FS, name string) bool {
	text, err := fs.ReadFile(root, "lib/apk/db/installed")
	if err != nil {
		return false
	}
	folder, file := path.Split(name)
	here := false
	for line := range strings.Lines(string(text)) {
		kind, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case kind == "F":
			here = value == strings.TrimSuffix(folder, "/")
		case kind == "R" && here && value == file:
			return true
		}
	}
	return false
}

// ownedByRPM goes by the folder: only rpm itself reads its database.
func ownedByRPM(root fs.FS, name string) bool {
	if !strings.HasPrefix(name, "usr/") || strings.HasPrefix(name, "usr/local/") {
		return false
	}
	return slices.ContainsFunc([]string{"var/lib/rpm", "usr/lib/sysimage/rpm"}, func(folder string) bool {
		found, _ := fs.Glob(root, folder+"/rpmdb.sqlite")
		older, _ := fs.Glob(root, folder+"/Packages*")
		return len(found)+len(older) > 0
	})
}

// Background starts a program that outlives this one and has no terminal, in a
// folder, and does not wait for it.
func Background(program, folder string, environ []string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = folder, environ, detached()
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
