package upgrade

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNews(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		latest, current string
		told            time.Duration // before now
		want            string
	}{
		"never told":         {"2.0.0", "1.0.0", 100 * 365 * pause, "2.0.0"},
		"told yesterday":     {"2.0.0", "1.0.0", pause, "2.0.0"},
		"told today":         {"2.0.0", "1.0.0", pause - time.Second, ""},
		"told tomorrow":      {"2.0.0", "1.0.0", -time.Hour, "2.0.0"},
		"the same":           {"2.0.0", "2.0.0", pause, ""},
		"older":              {"2.0.0", "2.0.1", pause, ""},
		"out of a candidate": {"2.0.0", "2.0.0-rc.1", pause, "2.0.0"},
		"nothing known":      {"", "1.0.0", pause, ""},
	} {
		m := Memory{Latest: row.latest, Told: now.Add(-row.told)}
		if got := m.News(row.current, now); got != row.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for age, want := range map[time.Duration]bool{0: false, pause - 1: false, pause: true, -time.Second: true} {
		if got := (Memory{Checked: now.Add(-age)}).Due(now); got != want {
			t.Errorf("%s: got %v", age, got)
		}
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "upgrade.json")
	if got := ReadMemory(file); got != (Memory{}) {
		t.Errorf("got %+v", got)
	}
	want := Memory{Checked: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Latest: "1.2.3"}
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	if got := ReadMemory(file); got != want {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"", "{", `{"checked":1}`, `{"latest":"\u001b[2J"}`, `{"latest":"` + strings.Repeat("1", mostMemory) + `"}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := ReadMemory(file); got != (Memory{}) {
			t.Errorf("%.20q: got %+v", text, got)
		}
	}
}
