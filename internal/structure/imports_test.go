// Package structure tests which packages may import which, and how large packages,
// structs and functions may be. It is not part of acceptance: it reads the folder of
// the module, which a release changes, and go test would repeat all tests there.
package structure

import (
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/epilot-cli/epilot"

// ground are the packages that every package may import, and that import only each
// other.
var ground = []string{
	"internal/failure", "internal/suggest", "internal/httpx", "internal/jsonx", "internal/shell",
	"internal/convention", "internal/term", "internal/budget", "internal/atomicfile", "internal/syserror",
	"internal/relevance",
}

// forbidden are the import directions that are not allowed. A pattern that ends with
// "/..." includes the packages below.
var forbidden = []struct {
	from, to string
	except   []string // importers that are allowed
	why      string
}{
	{from: "internal/...", to: "cmd/...", except: []string{"internal/help/generate", "internal/acceptance"}, why: "nothing below the command line knows it"},
	{from: "profiles", to: "cmd/...", why: "nothing below the command line knows it"},
	{from: "internal/...", to: "github.com/spf13/cobra", why: "only the command line knows cobra"},
	{from: "internal/...", to: "github.com/spf13/pflag", why: "only the command line knows flags"},
	{from: "...", to: "github.com/spf13/viper", except: []string{"profiles"}, why: "only profiles knows viper"},
	{from: "...", to: "github.com/AlecAivazis/survey/...", except: []string{"internal/prompt"}, why: "only prompt knows survey"},
	{from: "...", to: "github.com/fatih/color", except: []string{"internal/term"}, why: "only term knows colours"},
	{from: "cmd/cmdutil", to: "cmd", why: "the groups stand on cmdutil"},
	{from: "internal/openapi/...", to: "internal/term", why: "no step between params and query knows the terminal"},
	{from: "internal/client/...", to: "internal/term", why: "no step between params and query knows the terminal"},
	{from: "internal/transport", to: "internal/term", why: "no step between params and query knows the terminal"},
	{from: "internal/query", to: "internal/term", why: "no step between params and query knows the terminal"},
	{from: "internal/openapi/...", to: "internal/client/...", why: "a request is made from a definition, not the other way round"},
	{from: "internal/openapi/...", to: "internal/catalog/...", why: "a catalog holds definitions, not the other way round"},
	{from: "internal/transport", to: "internal/client/...", why: "the transport is beneath the client"},
	{from: "internal/client/...", to: "internal/output/...", why: "a request knows nothing of how its response is shown"},
	{from: "internal/client/...", to: "internal/prompt", why: "a request asks nobody"},
	{from: "internal/emulator/...", to: "internal/client/...", why: "the mock is the other side of the wire"},
	{from: "internal/output/...", to: "internal/prompt", why: "output asks nobody"},
}

// TestImports checks the import directions of docs/architecture.md: everything is
// allowed unless a rule forbids it.
func TestImports(t *testing.T) {
	t.Parallel()
	for from, imports := range packageImports(t) {
		for _, to := range imports {
			checkImport(t, from, to)
		}
	}
}

func checkImport(t *testing.T, from, to string) {
	t.Helper()
	if isOneOf(from, ground) && strings.HasPrefix(to, module) && !isOneOf(modulePath(to), ground) {
		t.Errorf("%s imports %s: the ground floor imports only itself", from, modulePath(to))
	}
	if group, other := commandGroup(from), commandGroup(modulePath(to)); group != "" && other != "" && group != other {
		t.Errorf("%s imports %s: command groups share cmd/cmdutil only", from, modulePath(to))
	}
	for _, rule := range forbidden {
		if matches(rule.from, from) && matches(rule.to, modulePath(to)) && !isOneOf(from, rule.except) && !matches(rule.to, from) {
			t.Errorf("%s imports %s: %s", from, modulePath(to), rule.why)
		}
	}
}

// packageImports maps each package of the module to what it imports.
func packageImports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		names := strings.Fields(line)
		found[modulePath(names[0])] = names[1:]
	}
	return found
}

// modulePath returns the path relative to the module; any other path is returned
// unchanged.
func modulePath(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

// commandGroup returns the command group of a package below cmd, or "" for cmd
// itself, for packages that the groups share, and for all others.
func commandGroup(pkg string) string {
	if path.Dir(pkg) != "cmd" || pkg == "cmd/cmdutil" || pkg == "cmd/generate" {
		return ""
	}
	return pkg
}

func matches(pattern, name string) bool {
	prefix, below := strings.CutSuffix(pattern, "...")
	if !below {
		return pattern == name
	}
	return strings.HasPrefix(name+"/", prefix)
}

func isOneOf(name string, names []string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
