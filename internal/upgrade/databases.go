package upgrade

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
)

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
