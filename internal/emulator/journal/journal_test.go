package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/emulator/journal"
	"github.com/epilot-cli/epilot/internal/failure"
)

func exchange(body string) emulator.Exchange {
	return emulator.Exchange{
		Entry: emulator.Entry{
			Method: "POST", Path: "/v1/x", API: "shop", Operation: "put", Status: 201, Duration: 1500 * time.Microsecond, Fault: "slow",
		},
		Began: time.Date(2026, 2, 24, 13, 0, 0, 5e6, time.FixedZone("", 3600)), Query: "api_key=SeCrEt-1&q=a%20b",
		Header: http.Header{"Authorization": {"Bearer SeCrEt-2"}, "Cookie": {"a=SeCrEt-3"}, "Accept": {"a/b", "c/d"}},
		Body:   []byte(body),
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                           ``,
		"{\"b\": 1.10,\n\"a\": [ ]}": `"body":{"b":1.10,"a":[]},`,
		"name=ü":                     `"body_text":"name=ü",`,
		"\xff\x00":                   `"body_base64":"/wA=",`,
	} {
		var out bytes.Buffer
		if err := journal.To(&out).Add(exchange(body)); err != nil {
			t.Fatal(err)
		}
		line := `{"time":"2026-02-24T12:00:00.005Z","method":"POST","path":"/v1/x","query":"api_key=***&q=a%20b",` +
			`"headers":{"Accept":"a/b, c/d","Authorization":"Bearer ***","Cookie":"***"},` + want +
			`"status":201,"duration_ms":1.5,"api":"shop","operation":"put","fault":"slow"}` + "\n"
		if out.String() != line {
			t.Errorf("%q:\n%s%s", body, out.String(), line)
		}
	}
}

// TestTogether: concurrent writers never interleave their lines.
func TestTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "requests")
	j, file, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	body := `"` + strings.Repeat("x", 10000) + `"`
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if err := j.Add(exchange(body)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	file.Close()
	text, err := os.ReadFile(path)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if err != nil || len(lines) != 50 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("%.80s", line)
		}
	}
	if err := j.Add(exchange("")); kindOf(err) != failure.File {
		t.Errorf("a closed file: %v", err)
	}
	if err := j.Add(exchange("")); err != nil {
		t.Errorf("told again: %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	if _, _, err := journal.Open(t.TempDir()); kindOf(err) != failure.File {
		t.Errorf("a folder: %v", err)
	}
}

func kindOf(err error) failure.Kind {
	var failed *failure.Error
	if errors.As(err, &failed) {
		return failed.Kind
	}
	return ""
}

// TestSecretsInBodies: redaction removes secrets from a body and nothing else.
func TestSecretsInBodies(t *testing.T) {
	t.Parallel()
	const form = "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nSeCrEt-9\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n\xffkept\r\n--b--\r\n"
	for _, row := range []struct{ mediaType, body, want string }{
		{
			"application/json", `{"password": "SeCrEt-9", "n": 1.0, "list": [{"client_secret": "SeCrEt-9"}]}`,
			`"body":{"password":"***","n":1.0,"list":[{"client_secret":"***"}]}`,
		},
		{"application/json", `{"token":["SeCrEt-9","SeCrEt-9"],"pin":1234,"secret":null}`, `"body":{"token":["***","***"],"pin":"***","secret":null}`},
		{"application/json", `{"a":"used SeCrEt-2-long","token_type":"api","b":"\u00fc"}`, `"body":{"a":"used ***","token_type":"api","b":"\u00fc"}`},
		{"application/json", `{"password":"SeCrEt-2-long`, `"body_text":"{\"password\":\"***"`},
		{"application/x-www-form-urlencoded", `user=ada&password=SeCrEt-9`, `"body_text":"user=ada&password=***"`},
		{"text/plain", `call with Bearer SeCrEt-2-long-enough-to-be-one`, `"body_text":"call with Bearer ***"`},
		{"multipart/form-data; boundary=b", strings.ReplaceAll(form, "\xff", ""), `name=\"password\"\r\n\r\n***\r\n--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nkept`},
		{"multipart/form-data; boundary=b", form, `"body_base64":`},
	} {
		var out bytes.Buffer
		x := exchange(row.body)
		x.Header.Set("Content-Type", row.mediaType)
		x.Header.Set("Authorization", "Bearer SeCrEt-2-long")
		if err := journal.To(&out).Add(x); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), row.want) || strings.Contains(out.String(), "SeCrEt") {
			t.Errorf("%s\nwant %s\ngot %s", row.body, row.want, out.String())
		}
	}
}
