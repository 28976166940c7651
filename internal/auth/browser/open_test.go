package browser

import (
	"strings"
	"testing"
)

func TestBrowserCommand(t *testing.T) {
	t.Parallel()
	const page = "https://portal.example/login?a=1&b=2"
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
	} {
		got, err := Desktop{OS: row.os, Getenv: func(name string) string { return row.env[name] }}.command(page)
		if strings.Join(got, " ") != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%s %v: got %q, %v", row.os, row.env, got, err)
		}
	}
	missing := Desktop{OS: "linux", Getenv: func(string) string { return "no-such-browser-here" }}
	if missing.Open(page) == nil {
		t.Error("a browser that is not there was opened")
	}
}
