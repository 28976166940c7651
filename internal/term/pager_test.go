package term

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary act as a pager: it writes its input and the
// variables that pagers use.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "be a pager" {
		text, _ := io.ReadAll(os.Stdin)
		os.Stdout.WriteString(os.Args[2] + " LESS=" + os.Getenv("LESS") + " LV=" + os.Getenv("LV") + " " + string(text))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func lookup(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, set := pairs[name]
		return value, set
	}
}

// TestPager checks that text taller than the screen goes through the pager, and that
// none is lost if the pager is missing or fails.
func TestPager(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	page := `"` + self + `" "be a pager" `
	short, tall, wide := "1\n2\n3", "1\n2\n3\n4\n", strings.Repeat("日", 20)+"\n"
	env := func(pairs ...string) map[string]string {
		all := map[string]string{"TERM": "xterm"}
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]] = pairs[i+1]
		}
		return all
	}
	for _, row := range []struct {
		name    string
		streams Streams
		env     map[string]string
		setting string
		text    string
		want    string
	}{
		{"EPILOT_PAGER", Streams{OutTTY: true}, env("EPILOT_PAGER", page+"ours", "PAGER", page+"any"), "", tall, "ours LESS=FRX LV=-c " + tall},
		{"PAGER", Streams{OutTTY: true}, env("PAGER", page+"'any one'"), "", tall, "any one LESS=FRX LV=-c " + tall},
		{"setting", Streams{OutTTY: true}, env("PAGER", page+"any"), page + "set", tall, "set LESS=FRX LV=-c " + tall},
		{"own LESS", Streams{OutTTY: true}, env("PAGER", page+"any", "LESS", "R"), "", tall, "any LESS= LV=-c " + tall},
		{"short", Streams{OutTTY: true}, env("PAGER", page+"any"), "", short, short},
		{"wide characters", Streams{OutTTY: true}, env("PAGER", page+"any"), "", wide, "any LESS=FRX LV=-c " + wide},
		{"colours", Streams{OutTTY: true}, env("PAGER", page+"any"), "", strings.Repeat("\x1b[31m\x1b[0m", 20) + short, strings.Repeat("\x1b[31m\x1b[0m", 20) + short},
		{"pipeline", Streams{OutTTY: true}, env("PAGER", page+"any | sed 's/LESS=FRX//'"), "", tall, "any  LV=-c " + tall},
		{"not a terminal", Streams{}, env("PAGER", page+"any"), "", tall, tall},
		{"unknown height", Streams{OutTTY: true, Height: -1}, env("PAGER", page+"any"), "", tall, tall},
		{"empty", Streams{OutTTY: true}, env("EPILOT_PAGER", "", "PAGER", page+"any"), "", tall, tall},
		{"cat", Streams{OutTTY: true}, env("PAGER", "cat"), "", tall, tall},
		{"missing program", Streams{OutTTY: true}, env("PAGER", "./no-such-pager -x"), "", tall, tall},
		{"missing program of a shell", Streams{OutTTY: true}, env("PAGER", "./no-such-pager 2>/dev/null; exit 127"), "", tall, tall},
		{"fails", Streams{OutTTY: true}, env("PAGER", "false"), "", tall + "5\n", tall + "5\n"},
		{"dumb", Streams{OutTTY: true}, env("PAGER", page+"any", "TERM", "dumb"), "", tall, tall},
		{"unknown", Streams{OutTTY: true}, env("PAGER", page+"any", "TERM", "unknown"), "", tall, tall},
		{"unknown to the system", Streams{OutTTY: true}, env("PAGER", page+"any", "TERM", "wombat"), "", tall, tall},
		{"no TERM", Streams{OutTTY: true}, map[string]string{"PAGER": page + "any"}, "", tall, tall},
		{"CI", Streams{OutTTY: true}, env("PAGER", page+"any", "CI", "true"), "", tall, tall},
	} {
		if runtime.GOOS == "windows" && slices.Contains([]string{"pipeline", "missing program of a shell", "fails", "unknown to the system", "no TERM"}, row.name) {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := row.streams
			s.Out, s.Err, s.Width = &out, io.Discard, 10
			if s.Height == 0 {
				s.Height = 4
			}
			w := s.Pager(PagerOptions{
				LookupEnv: lookup(row.env),
				Setting:   func() (string, bool) { return row.setting, row.setting != "" },
			})
			for line := range strings.Lines(row.text) {
				if _, err := io.WriteString(w, line); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != row.want {
				t.Errorf("got %q, want %q", out.String(), row.want)
			}
		})
	}
}

// TestPagerStartsLate checks that Started is called only for a pager that starts.
func TestPagerStartsLate(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	page, began := `"`+self+`" "be a pager" x`, false
	s := &Streams{Out: io.Discard, Err: io.Discard, OutTTY: true, Width: 10, Height: 3}
	w := s.Pager(PagerOptions{
		LookupEnv: lookup(map[string]string{"TERM": "xterm", "PAGER": page}),
		Started:   func() { began = true },
	})
	_, _ = io.WriteString(w, "1\n2\n")
	if began {
		t.Error("the pager starts for text that fits")
	}
	_, _ = io.WriteString(w, "3\n")
	if !began {
		t.Error("the pager does not start for text that is too tall")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestPagerCommand(t *testing.T) {
	t.Parallel()
	if got := pagerDefaults(lookup(map[string]string{"LESS": "", "LV": "x"})); len(got) != 0 {
		t.Errorf("a person's own settings are overridden: %v", got)
	}
	if got := (PagerOptions{LookupEnv: lookup(nil)}).command(); got != "less" {
		t.Errorf("without any variable: %v", got)
	}
}
