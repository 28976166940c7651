package upgrade

import (
	"path/filepath"
	"testing"
	"testing/fstest"
)

func TestInstalled(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	debian := fstest.MapFS{"var/lib/dpkg/info/epilot.list": file("/.\n/usr\n/usr/bin/epilot\n"), "var/lib/dpkg/info/x.list": file("/opt/epilot-2\n")}
	merged := fstest.MapFS{"var/lib/dpkg/info/epilot:amd64.list": file("/bin/epilot")}
	alpine := fstest.MapFS{"lib/apk/db/installed": file("P:x\nF:usr/sbin\nR:epilot\nZ:Q\n\nP:epilot\nF:usr\nF:usr/bin\nM:0:0:755\nR:other\nR:epilot\n")}
	arch := fstest.MapFS{"var/lib/pacman/local/epilot-1-1/files": file("%FILES%\nusr/\nusr/bin/\nusr/bin/epilot\n")}
	fedora := fstest.MapFS{"usr/lib/sysimage/rpm/rpmdb.sqlite": file("")}
	centos := fstest.MapFS{"var/lib/rpm/Packages": file("")}
	env := map[string]string{"HOME": "/home/p", "GOBIN": "/go-bin", "GOPATH": "/one" + string(filepath.ListSeparator) + "/two"}
	for _, row := range []struct {
		program string
		root    fstest.MapFS
		by      string
	}{
		{"/usr/bin/epilot", debian, "dpkg"},
		{"/opt/epilot", debian, ""},
		{"/usr/local/bin/epilot", debian, ""},
		{"/usr/bin/epilot", merged, "dpkg"},
		{"/usr/bin/epilot", alpine, "apk"},
		{"/usr/local/bin/epilot", alpine, ""},
		{"/usr/bin/epilot", arch, "pacman"},
		{"/usr/bin/epilot", fedora, "rpm"},
		{"/usr/bin/epilot", centos, "rpm"},
		{"/usr/local/bin/epilot", fedora, ""},
		{"/home/p/bin/epilot", centos, ""},
		{"/usr/bin/epilot", nil, ""},
		{"/home/p/go/bin/epilot", nil, "go install"},
		{"/go-bin/epilot", nil, "go install"},
		{"/two/bin/epilot", nil, "go install"},
		{"/three/bin/epilot", nil, ""},
		{"/p/node_modules/x/bin/epilot", nil, "npm"},
		{"/opt/homebrew/Cellar/e/1/epilot", nil, "Homebrew"},
		{"/usr/local/Caskroom/e/1/epilot", nil, "Homebrew"},
		{"C:/Users/p/scoop/apps/epilot/current/epilot.exe", nil, "Scoop"},
		{"C:/Users/p/AppData/Local/Microsoft/WinGet/Packages/e/epilot.exe", nil, "WinGet"},
		{"/nix/store/abc-epilot-1/bin/epilot", nil, "Nix"},
		{"/snap/epilot/12/bin/epilot", nil, "Snap"},
	} {
		root := row.root
		if root == nil {
			root = fstest.MapFS{}
		}
		got := Installed(root, func(name string) string { return env[name] }, filepath.FromSlash(row.program))
		if got.By != row.by || got.Managed != (row.by != "" && row.by != "go install") || (got.Run == "") != (row.by == "") {
			t.Errorf("%s: got %+v", row.program, got)
		}
	}
}

// TestInstalledByALink: a link in a user's folder may lead into a package, and a
// package's link out of it.
func TestInstalledByALink(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	for _, paths := range [][]string{
		{"/home/p/bin/epilot", "/opt/homebrew/Cellar/epilot/1/bin/epilot"},
		{"/p/node_modules/.bin/epilot", "/home/p/epilot"},
	} {
		if got := Installed(fstest.MapFS{}, none, paths...); !got.Managed {
			t.Errorf("%v: got %+v", paths, got)
		}
	}
	if got := Installed(fstest.MapFS{}, none, "epilot"); got != (Installation{}) {
		t.Errorf("got %+v", got)
	}
}
