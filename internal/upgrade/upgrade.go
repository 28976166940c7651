// Package upgrade replaces the running program with a newer release: it reads the
// release feed, accepts only what the release key signed, tries the new program, and
// replaces the old one atomically. It also detects how the program was installed,
// and remembers when the user was last told of a new version. It prints nothing and
// makes no decisions for the user.
package upgrade

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedisct1/go-minisign"
	"golang.org/x/mod/semver"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

const stallTime = 30 * time.Second // without data

// Options are the location of the releases and their signing key.
type Options struct {
	// Address is the URL of the releases: below it are
	// latest/download/checksums.txt.minisig and, in download/v<version>, the files
	// of each release. This is GitHub's layout.
	Address string

	// Key is the base64 minisign public key that releases are signed with.
	Key string

	// Send sends the requests, which carry no credentials.
	Send http.RoundTripper

	// Stall is the longest wait for the next byte; zero means 30 s.
	Stall time.Duration
}

// Feed is a source of releases.
type Feed struct {
	base  *url.URL
	key   minisign.PublicKey
	send  http.RoundTripper
	stall time.Duration
}

// Open validates the address and the key; it fetches nothing. Errors are of kind
// Usage.
func Open(o Options) (*Feed, error) {
	base, err := url.Parse(o.Address)
	if err != nil || !httpx.IsWeb(base) || !isSafe(base) {
		return nil, failure.New(failure.Usage, "the release feed is not an https URL").
			Hintf("for example: EPILOT_RELEASES_URL=https://mirror.example/releases; http is for loopback only")
	}
	if base.User != nil {
		return nil, failure.New(failure.Usage, "the release feed URL contains a user name or password").
			Hintf("releases are fetched without credentials")
	}
	key, err := minisign.NewPublicKey(o.Key)
	if err != nil {
		return nil, failure.New(failure.Usage, "this build has no valid release key").
			Hintf("install a release by hand; a build without a key cannot verify one")
	}
	f := &Feed{base: base, key: key, send: o.Send, stall: o.Stall}
	if f.stall == 0 {
		f.stall = stallTime
	}
	return f, nil
}

// isSafe requires https beyond loopback: signed data needs no secrecy, but plain
// http would reveal the running version on the network.
func isSafe(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && httpx.IsLoopback(u.Hostname())
}

// Compare returns a negative number if a is older than b, by https://semver.org,
// without a leading "v". An invalid version is older than any valid one.
func Compare(a, b string) int { return semver.Compare("v"+a, "v"+b) }

// IsPrerelease reports whether a version has a prerelease part, such as 2.0.0-rc.1.
func IsPrerelease(version string) bool { return semver.Prerelease("v"+version) != "" }

// IsVersion reports whether text is a complete release version: three numbers, an
// optional prerelease, no build metadata. It is then safe in a URL.
func IsVersion(text string) bool {
	return text != "" && semver.Canonical("v"+text) == "v"+text
}

const (
	pause      = 24 * time.Hour
	mostMemory = 64 << 10 // bytes
)

// Memory is the remembered state about new versions, in a file of the state
// directory.
type Memory struct {
	Checked  time.Time `json:"checked"`          // last request to the feed
	Latest   string    `json:"latest,omitempty"` // its result
	Notified time.Time `json:"told"`             // last notification of the user
}

// ReadMemory reads the file. A missing or unreadable file is empty, since it
// contains no user data.
func ReadMemory(file string) Memory {
	f, err := os.Open(file)
	if err != nil {
		return Memory{}
	}
	defer f.Close()
	var m Memory
	text, err := io.ReadAll(io.LimitReader(f, mostMemory))
	if err != nil || json.Unmarshal(text, &m) != nil {
		return Memory{}
	}
	if !IsVersion(m.Latest) {
		m.Latest = "" // it is displayed
	}
	return m
}

// Write replaces the file. Errors are of kind File.
func (m Memory) Write(file string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return atomicfile.Write(file, append(text, '\n'), 0o600)
}

// News returns the version to tell the user about, or "": one newer than the current
// version, at most once a day.
func (m Memory) News(current string, now time.Time) string {
	if m.Latest == "" || Compare(m.Latest, current) <= 0 || !isOver(m.Notified, now) {
		return ""
	}
	return m.Latest
}

// Due reports whether the feed should be requested again: once a day.
func (m Memory) Due(now time.Time) bool { return isOver(m.Checked, now) }

// isOver reports whether a day has passed. A time in the future was set by a wrong
// clock and counts as past.
func isOver(since, now time.Time) bool {
	age := now.Sub(since)
	return age < 0 || age >= pause
}

// Installation describes how a program was installed.
type Installation struct {
	By      string // "Homebrew", "dpkg", "go install" …; "" if unknown
	Run     string // the upgrade command; "" if unknown
	Managed bool   // the location belongs to a package manager, which must upgrade it
}

// Installed detects how the program was installed from its paths: as called, and
// with links resolved. root is the file system at "/", for package manager
// databases; nothing is executed. getenv reads the environment for Go's folders.
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

// byFolder detects package managers by their own folders.
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

// byDatabase searches the file lists of Linux package managers. They may list a
// program in /usr/bin as one in /bin.
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

// listed reports whether a matching file contains the line.
func listed(root fs.FS, pattern, want string) bool {
	files, _ := fs.Glob(root, pattern) // the pattern is valid
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := fs.ReadFile(root, file)
		return err == nil && hasLine(text, want)
	})
}

func hasLine(text []byte, want string) bool {
	return bytes.Contains(append(append([]byte("\n"), text...), '\n'), []byte("\n"+want+"\n"))
}

// ownedByApk searches apk's database: a line "F:" names a folder, and the following
// lines "R:" its files.
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

// ownedByRPM decides by folder: only rpm itself can read its database.
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

// Background starts a program in a folder, without a terminal, that outlives this
// one, and does not wait for it.
func Background(program, folder string, environ []string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = folder, environ, detached()
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
