package term

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMain lets this program be a pager: it writes what it reads, and the
// variables that a pager looks at.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "be a pager" {
		text, _ := io.ReadAll(os.Stdin)
		os.Stdout.WriteString(os.Args[2] + " LESS=" + os.Getenv("LESS") + " LV=" + os.Getenv("LV") + " " + string(text))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func lookup(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, set := pairs[name]
		return value, set
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	page := `"` + self + `" "be a pager" `
	for _, row := range []struct {
		name string
		tty  bool
		env  map[string]string
		want string
	}{
		{"EPILOT_PAGER", true, map[string]string{"EPILOT_PAGER": page + "ours", "PAGER": page + "any"}, "ours LESS=FRX LV=-c text"},
		{"PAGER", true, map[string]string{"PAGER": page + "'any one'"}, "any one LESS=FRX LV=-c text"},
		{"no terminal", false, map[string]string{"PAGER": page + "any"}, "text"},
		{"empty", true, map[string]string{"EPILOT_PAGER": "", "PAGER": page + "any"}, "text"},
		{"cat", true, map[string]string{"PAGER": "cat"}, "text"},
		{"no such program", true, map[string]string{"PAGER": "./no-such-pager -x"}, "text"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := &Streams{Out: &out, Err: io.Discard, OutTTY: row.tty}
			w, paged := s.Page(lookup(row.env))
			if paged != strings.Contains(row.want, "LESS") {
				t.Errorf("paged: %t", paged)
			}
			if _, err := io.WriteString(w, "text"); err != nil {
				t.Fatal(err)
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

func TestPagerDefaults(t *testing.T) {
	t.Parallel()
	if got := pagerDefaults(lookup(map[string]string{"LESS": "", "LV": "x"})); len(got) != 0 {
		t.Errorf("a person's own settings are overruled: %v", got)
	}
	if got := pagerCommand(lookup(nil)); !slices.Equal(got, []string{"less"}) {
		t.Errorf("without any variable: %v", got)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"":                      nil,
		"  less  -S ":           {"less", "-S"},
		`"/a b/less" -P'x "y"'`: {"/a b/less", `-Px "y"`},
		`more ""`:               {"more", ""},
	} {
		if got := words(line); !slices.Equal(got, want) {
			t.Errorf("%q: %q", line, got)
		}
	}
}
