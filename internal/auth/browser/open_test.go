package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBrowserCommand(t *testing.T) {
	t.Parallel()
	const page = "https://portal.example/login?a=1&b=2"
	spaced := filepath.Join(t.TempDir(), "a browser")
	if err := os.WriteFile(spaced, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		os   string
		env  map[string]string
		want string
	}{
		{"linux", map[string]string{"DISPLAY": ":0"}, "xdg-open " + page},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "w"}, "xdg-open " + page},
		{"linux", nil, ""},
		{"freebsd", nil, ""},
		{"darwin", nil, "open " + page},
		{"windows", nil, "rundll32 url.dll,FileProtocolHandler " + page},
		{"linux", map[string]string{"BROWSER": "firefox -P x"}, "firefox -P x " + page},
		{"darwin", map[string]string{"BROWSER": "see --at=%s now"}, "see --at=" + page + " now"},
		{"darwin", map[string]string{"BROWSER": " "}, "open " + page},
		{"linux", map[string]string{"BROWSER": "'/opt/My Browser/run' --new"}, "/opt/My Browser/run|--new|" + page},
		{"linux", map[string]string{"BROWSER": `"my browser" "--url=%s"`}, "my browser|--url=" + page},
		{"linux", map[string]string{"BROWSER": "firefox:w3m %s &:"}, "firefox|" + page + "; w3m|" + page},
		{"windows", map[string]string{"BROWSER": "C:/b.exe;edge"}, "C:/b.exe|" + page + "; edge|" + page},
		{"linux", map[string]string{"BROWSER": spaced}, spaced + "|" + page},
	} {
		got, err := Desktop{OS: row.os, Getenv: func(name string) string { return row.env[name] }}.commands(page)
		var all []string
		for _, args := range got {
			all = append(all, strings.Join(args, "|"))
		}
		if want := row.want; strings.Join(all, "; ") != want && strings.ReplaceAll(strings.Join(all, "; "), "|", " ") != want || (err == nil) != (row.want != "") {
			t.Errorf("%s %v: got %q, %v", row.os, row.env, got, err)
		}
	}
	missing := Desktop{OS: "linux", Getenv: func(string) string { return "no-such-browser-here" }}
	if missing.Open(page) == nil {
		t.Error("a browser that is not there was opened")
	}
}
