package cmd

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/term"
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
		{`attachment; filename="a.pdf"; filename="b.pdf"`, "/v1/x.bin", "x.bin"},
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
		if got := e.reason(); got != want {
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

func TestMeter(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	var screen strings.Builder
	m := &meter{
		streams: &term.Streams{Err: &screen, Width: 40}, total: 2_000_000,
		now: func() time.Time { now = now.Add(redraw); return now },
	}
	r := metered{strings.NewReader(strings.Repeat("x", 1000_000)), m}
	_, _ = r.Read(make([]byte, 1000_000))
	_, _ = r.Read(make([]byte, 1))
	const want = "\r[=======        ] 1.0 MB of 2.0 MB, 50%"
	if got := screen.String(); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("got %q, want %q", got, want)
	}
	(*meter)(nil).add(1)
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 12_345_678: "12.3 MB", 5e15: "5000.0 TB"} {
		if got := byteCount(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
