package output

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"report.pdf":                      "report.pdf",
		"../../.bashrc":                   "bashrc",
		`C:\Windows\win.ini`:              "win.ini",
		"..":                              "",
		"/":                               "",
		"-rf":                             "rf",
		"a\x1b[2Jb\u202egnp.exe":          "a_[2Jb_gnp.exe",
		"a\x00b":                          "a_b",
		"nul.txt":                         "_nul.txt",
		"COM1":                            "_COM1",
		"com¹.txt":                        "_com¹.txt",
		"LPT³":                            "_LPT³",
		"conin$":                          "_conin$",
		"CONOUT$.log":                     "_CONOUT$.log",
		"COM":                             "COM",
		"COM10":                           "COM10",
		"aux .txt":                        "_aux .txt",
		"COMMON":                          "COMMON",
		`a<b>:"|?*.txt`:                   "a_b______.txt",
		"Müller ☃.pdf. ":                  "Müller ☃.pdf",
		strings.Repeat("ü", 200) + ".pdf": strings.Repeat("ü", 98) + ".pdf",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("../a/b.pdf")
	f.Add(`\\host\share\.x`)
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanName(name)
		if strings.ContainsAny(got, "/\\\x00") || strings.HasPrefix(got, ".") || len(got) > longestName+1 || term.Safe(got) != got {
			t.Fatalf("%q becomes %q", name, got)
		}
	})
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ disposition, path, want string }{
		{`attachment; filename="a.pdf"`, "/x", "a.pdf"},
		{`attachment; filename*=UTF-8''M%C3%BCller.pdf`, "/x", "Müller.pdf"},
		{`attachment; filename="a.pdf"; filename="b.pdf"`, "/v1/x.bin", "a.pdf"},
		{`attachment; filename=report(1).pdf`, "/x", "report(1).pdf"},
		{`attachment; filename=x y z.txt`, "/x", "x y z.txt"},
		{`attachment;filename=a,b.txt;size=1`, "/x", "a,b.txt"},
		{`filename="no type.pdf"`, "/x", "no type.pdf"},
		{`filename=plain.pdf`, "/x", "plain.pdf"},
		{`attachment; filename*=ISO-8859-1''M%FCller.pdf; filename="x.pdf"`, "/x", "Müller.pdf"},
		{`attachment; filename="x.pdf"; FileName*="utf-8'de'%e2%82%ac.pdf"`, "/x", "€.pdf"},
		{`attachment; filename*=UTF-8''%FF.pdf; filename="x.pdf"`, "/x", "x.pdf"},
		{`attachment; filename*=nope''a.pdf; filename="x.pdf"`, "/x", "x.pdf"},
		{`attachment; filename*=%zz; filename=x.pdf`, "/x", "x.pdf"},
		{"attachment; filename=\"M\xfcller.pdf\"", "/x", "Müller.pdf"},
		{`attachment; filename="=?UTF-8?B?TcO8bGxlci5wZGY=?="`, "/x", "Müller.pdf"},
		{`attachment; filename="a \"b\"; c.pdf"; x=y`, "/x", "a _b_; c.pdf"},
		{`attachment; filename="C:\dir\x.pdf"`, "/x", "x.pdf"},
		{`attachment; filename="../../.ssh/authorized_keys"`, "/x", "authorized_keys"},
		{`attachment; filename*=UTF-8''..%2F..%2Fx%00y`, "/x", "x_y"},
		{`attachment; filename = "spaced.pdf" `, "/x", "spaced.pdf"},
		{`attachment; filename="open.pdf`, "/x", "open.pdf"},
		{`attachment; filename=""`, "/x.bin", "x.bin"},
		{`attachment; name="filename=evil"; filename=a.pdf`, "/x", "a.pdf"},
		{"", "/v1/x.bin", "x.bin"},
		{"inline", "/", "download"},
		{"", "/v1/..%2f..", "download"},
	} {
		address, err := url.Parse("http://host" + row.path)
		if err != nil {
			t.Fatal(err)
		}
		resp := &http.Response{Header: http.Header{}, Request: &http.Request{URL: address}}
		resp.Header.Set("Content-Disposition", row.disposition)
		if got := fileName(resp); got != row.want {
			t.Errorf("%+v: %q", row, got)
		}
	}
}

func FuzzDispositionName(f *testing.F) {
	for _, seed := range []string{`attachment; filename="a.pdf"`, `filename*=UTF-8''%e2%82%ac`, `a;b;filename=x y`, `filename="\"`, "=?utf-8?q?=ff?="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		name := cleanName(dispositionName(header))
		if strings.ContainsAny(name, "/\\\x00") || strings.HasPrefix(name, ".") || !utf8.ValidString(name) || isDevice(name) {
			t.Fatalf("%q becomes %q", header, name)
		}
	})
}

func TestReason(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"status":404,"error":"Not found"}`:                                "Not found",
		`{"message":"Unauthorized"}`:                                        "Unauthorized",
		`{"statusCode":400,"error":"Bad Request","message":"x is missing"}`: "Bad Request; x is missing",
		`{"errors":[{"message":"a"},"b",{"detail":"c"},1,{"message":"e"}]}`: "a; b; c; and 2 more",
		`{"error":{"message":"inner\nline"}}`:                               "inner line",
		`{"error":"` + strings.Repeat("ü", 300) + `"}`:                      strings.Repeat("ü", 199) + "…",
		`{"entity":1}`: "", `[1]`: "", `<html>`: "", "": "", `{"error":null}`: "",
	} {
		var e excerpt
		_, _ = e.Write([]byte(text))
		if got := e.reason(strings.Clone); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestIsBinary(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"plain": false, "ü": false, "\x00": true, "a\xffb\xffcdefgh": true, "cut \xe2\x82": false, "\xff\xd8\xff\xe0\x10JFIF": true,
	} {
		if got := isBinary([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	var screen strings.Builder
	p := &Printer{
		Streams: &term.Streams{Err: &screen, ErrTTY: true, ErrWidth: 40},
		Now:     func() time.Time { now = now.Add(redraw); return now },
	}
	r := p.Bytes(0, 2_000_000).Reader(strings.NewReader(strings.Repeat("x", 1000_000)))
	_, _ = r.Read(make([]byte, 1000_000))
	_, _ = r.Read(make([]byte, 1))
	const want = "\r[=======        ] 1.0 MB of 2.0 MB, 50%"
	if got := screen.String(); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("got %q, want %q", got, want)
	}
	screen.Reset()
	steps := p.Steps(4, "definitions")
	steps.Add(1)
	steps.Done()
	if got := screen.String(); !strings.Contains(got, "\r[=====                ] 1/4 definitions") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("got %q", got)
	}
	screen.Reset()
	files := p.Files(2, 2_000_000)
	first := files.Again(nil, strings.NewReader(strings.Repeat("x", 900_000)))
	_, _ = io.Copy(io.Discard, first)
	_, _ = io.Copy(io.Discard, files.Again(first, strings.NewReader(strings.Repeat("x", 1_000_000))))
	files.FileDone()
	if got, want := files.done, int64(1_000_000); got != want {
		t.Errorf("a file that is sent twice counts %d bytes, want %d", got, want)
	}
	if got := screen.String(); !strings.HasPrefix(got, "\r0/2 files, 0 bytes of 2.0 MB, 0%\r") || !strings.Contains(got, "\r1/2 files, 50%, ") || !strings.HasSuffix(got, " left") {
		t.Errorf("got %q", got[max(0, len(got)-200):])
	}
	files.Done()
	screen.Reset()
	g := p.Bytes(500_000, 2_000_000)
	g.began = now
	now = now.Add(2*time.Second - redraw) // pace reads the clock once more
	g.done = 1_000_000
	if got, want := g.pace(), ", 250.0 kB/s, 4s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 12_345_678: "12.3 MB", 5e15: "5000.0 TB"} {
		if got := FormatBytes(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestNothingIsDrawn checks that no status line is drawn if stderr is not watched.
func TestNothingIsDrawn(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*Printer{
		"pipe":  {Streams: &term.Streams{}},
		"json":  {Streams: &term.Streams{ErrTTY: true}, Flags: Flags{JSON: true}},
		"quiet": {Streams: &term.Streams{ErrTTY: true}, Flags: Flags{Quiet: true}},
		"dumb":  {Streams: &term.Streams{ErrTTY: true}, LookupEnv: func(string) (string, bool) { return "dumb", true }},
	} {
		var screen strings.Builder
		p.Streams.Err = &screen
		steps := p.Steps(2, "x")
		steps.Add(1)
		steps.Done()
		p.Bytes(0, 2).Add(1)
		p.Pages(1, -1, 1)
		p.Retrying(transport.Repeat{Attempt: 1, Of: 3, Status: 429, Wait: time.Nanosecond})
		p.status.clear()
		if screen.Len() > 0 {
			t.Errorf("%s: %q", name, screen.String())
		}
	}
}

// TestTally checks that the line has the rate, the time left and the failures, and
// that skipped rows take no time. There is no line if results go to the screen.
func TestTally(t *testing.T) {
	t.Parallel()
	var screen strings.Builder
	var now time.Time
	p := &Printer{Streams: &term.Streams{Err: &screen, ErrTTY: true, ErrWidth: 100}, Now: func() time.Time { return now }}
	tally := p.Tally(1100, "done", true)
	for range 100 {
		tally.Skip()
	}
	for _, at := range []struct {
		seconds      time.Duration
		done, failed int
		want         string
	}{
		{0, 1, 0, "1 of 1000 rows done"},
		{2, 100, 0, "100 of 1000 rows done, 50/s, 18s left"},
		{10, 500, 3, "500 of 1000 rows done, 50/s, 10s left, 3 failed"},
		{20, 1000, 3, "1000 of 1000 rows done, 50/s, 3 failed"},
	} {
		screen.Reset()
		now = time.Time{}.Add(time.Hour + at.seconds*time.Second)
		if at.seconds == 0 {
			tally.began = now
		}
		if tally.Show(at.done, at.failed); strings.TrimSpace(screen.String()) != at.want {
			t.Errorf("%q, want %q", screen.String(), at.want)
		}
	}
	p.Streams.OutTTY = true
	if p.Tally(1, "done", true) != nil || p.Tally(1, "checked", false) == nil {
		t.Error("rows with results on the screen have a line, or rows without have none")
	}
}

// TestReasonHidesACutSecret: a secret at the end of the reason is hidden whole.
func TestReasonHidesACutSecret(t *testing.T) {
	t.Parallel()
	const secret = "SeCrEt-of-a-token"
	hide := func(text string) string { return strings.ReplaceAll(text, secret, "***") }
	text := `{"error":"` + strings.Repeat("x", longestReason-len(secret)+3) + secret + `"}`
	if got := Reason([]byte(text), hide); strings.Contains(got, "SeCrEt") || !strings.Contains(got, "***") {
		t.Errorf("got %q", got)
	}
}
