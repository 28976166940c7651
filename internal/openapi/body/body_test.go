package body

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func pointer(text string) *string { return &text }

func opened(files map[string]string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		text, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

func create(required bool) *openapi.Operation {
	journey := &openapi.Schema{
		Types: []string{"object"}, Title: "Journey", Required: []string{"name", "journey_id"},
		Properties: []openapi.Property{
			{Name: "name", Schema: &openapi.Schema{Types: []string{"string"}}},
			{Name: "token_type", Schema: &openapi.Schema{Enum: []string{`"journey"`}}},
		},
	}
	api := &openapi.Schema{
		Types: []string{"object"}, Title: "Api", Required: []string{"name"},
		Properties: []openapi.Property{
			{Name: "name", Schema: &openapi.Schema{Types: []string{"string"}}},
			{Name: "token_type", Schema: &openapi.Schema{Enum: []string{`"api"`}}},
		},
	}
	return &openapi.Operation{ID: "create", Body: &openapi.Body{Required: required, Contents: []*openapi.Content{
		{MediaType: "text/csv"},
		{MediaType: "application/json", Schema: &openapi.Schema{OneOf: []*openapi.Schema{api, journey}}},
	}}}
}

func TestRead(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"b.json": "\ufeff{\"name\":\"x\"}\n", "b.yaml": "name: x\nn: 1.10\n", "b": "name: x", "empty.json": "", "bad.json": "{\"name\":\n1,}",
	}
	tests := []struct {
		name       string
		data       *string
		stdin      string // "none" for no stdin
		noValidate bool
		want, err  string // want "none" for no body
	}{
		{name: "as typed", data: pointer(" {\"name\": \"ä\",  \"n\":1.10}\n"), want: `{"name": "ä",  "n":1.10}`},
		{name: "nothing", stdin: "none", err: "create needs a body"},
		{name: "empty stdin", stdin: " \n", err: "create needs a body"},
		{name: "empty -d", data: pointer(""), stdin: "x", err: "create needs a body"},
		{name: "piped", stdin: `{"name":"x"}`, want: `{"name":"x"}`},
		{name: "-d wins", data: pointer(`{"name":"d"}`), stdin: `{"name":"x"}`, want: `{"name":"d"}`},
		{name: "-d -", data: pointer("-"), stdin: `{"name":"x"}`, want: `{"name":"x"}`},
		{name: "-d @-", data: pointer("@-"), stdin: `{"name":"x"}`, want: `{"name":"x"}`},
		{name: "-d - on a terminal", data: pointer("-"), stdin: "none", err: "-d -: nothing is piped to stdin"},
		{name: "-d - empty", data: pointer("-"), stdin: "", err: "stdin:1:1: expected a value"},
		{name: "file", data: pointer("@b.json"), want: `{"name":"x"}`},
		{name: "yaml", data: pointer("@b.yaml"), want: `{"name":"x","n":1.10}`},
		{name: "yaml without ending", data: pointer("@b"), want: `{"name":"x"}`},
		{name: "no file name", data: pointer("@"), err: "-d @ has no file name"},
		{name: "missing file", data: pointer("@no.json"), err: "-d @no.json: no such file"},
		{name: "empty file", data: pointer("@empty.json"), err: "empty.json:1:1: expected a value"},
		{name: "broken file", data: pointer("@bad.json"), err: "bad.json:2:3: expected a name in double quotes after ',', found '}'"},
		{name: "broken", data: pointer("{name:1}"), err: "-d:1:2: expected a name"},
		{name: "broken stdin", stdin: "name: x", err: "stdin:1:1: expected a value"},
		{name: "broken, not validated", data: pointer("{name:1}"), noValidate: true, want: "{name:1}"},
		{name: "yaml, not validated", data: pointer("@b.yaml"), noValidate: true, want: `{"name":"x","n":1.10}`},
		{name: "variant", data: pointer(`{"name":"x","token_type":"journey"}`), err: `body: $: "journey_id" is required (Journey, token_type: journey) at -d:1:1`},
		{name: "wrong type in yaml", data: pointer("@b.yaml"), stdin: "none", want: `{"name":"x","n":1.10}`},
		{name: "wrong tag", data: pointer("{\n \"token_type\":\"jurney\"}"), err: `body: $.token_type: must be one of "api", "journey"; did you mean "journey"? at -d:2:15`},
		{name: "wrong, not validated", data: pointer(`{"n":1}`), noValidate: true, want: `{"n":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Data: tt.data, Open: opened(files), NoValidate: tt.noValidate}
			if tt.stdin != "none" {
				in.Stdin = iotest.OneByteReader(strings.NewReader(tt.stdin))
			}
			got, err := Read(t.Context(), create(true), in)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || failure.Of(err).Kind != failure.Usage || failure.Of(err).Hint == "" && !strings.Contains(tt.err, ".json:") {
					t.Fatalf("got %v (%+v), want %s", got, err, tt.err)
				}
				return
			}
			if err != nil || string(got.Bytes) != tt.want || got.MediaType != "application/json" {
				t.Fatalf("got %v %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestNoBody(t *testing.T) {
	t.Parallel()
	stdin := strings.NewReader("the next line of a loop\n")
	got, err := Read(t.Context(), &openapi.Operation{ID: "list"}, Input{Stdin: stdin})
	if got != nil || err != nil || stdin.Len() != len("the next line of a loop\n") {
		t.Errorf("an operation without a body: %v %v, %d bytes left", got, err, stdin.Len())
	}
	_, err = Read(t.Context(), &openapi.Operation{ID: "list"}, Input{Data: pointer("{}")})
	if err == nil || !strings.Contains(err.Error(), "list does not accept a request body") {
		t.Errorf("-d: %v", err)
	}
	for _, in := range []Input{{}, {Data: pointer("")}, {Stdin: strings.NewReader("\n")}, {Stdin: strings.NewReader("\ufeff\n")}, {Stdin: strings.NewReader("\xff\xfe")}, {Stdin: strings.NewReader("\xfe\xff\x00 ")}} {
		if got, err := Read(t.Context(), create(false), in); got != nil || err != nil {
			t.Errorf("%+v: %v %v", in, got, err)
		}
	}
}

func TestMediaType(t *testing.T) {
	t.Parallel()
	tests := []struct{ media, text, want string }{
		{"application/merge-patch+json", `{}`, "application/merge-patch+json"},
		{"text/csv", "a,b\n{", "text/csv"},
		{"*/*", `{}`, "application/json"},
		{"*/*", "\x00", "application/octet-stream"},
		{"text/*", "{}", "text/plain; charset=utf-8"},
		{"", `{}`, "application/json"},
	}
	for _, tt := range tests {
		op := &openapi.Operation{Body: &openapi.Body{}}
		if tt.media != "" {
			op.Body.Contents = []*openapi.Content{{MediaType: tt.media}}
		}
		got, err := Read(t.Context(), op, Input{Data: &tt.text})
		if err != nil || got.MediaType != tt.want || string(got.Bytes) != tt.text {
			t.Errorf("%s: %v %v", tt.media, got, err)
		}
	}
}

func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	open := func(name string) (io.ReadCloser, error) { return os.Open(name) }
	dir := t.TempDir()
	_, err := Read(t.Context(), create(true), Input{Data: pointer("@" + dir), Open: open})
	if failure.ExitStatus(err) != 5 {
		t.Errorf("a directory: %v, exit %d", err, failure.ExitStatus(err))
	}
	_, err = Read(t.Context(), create(true), Input{Data: pointer("@" + filepath.Join(dir, "no")), Open: open})
	if failure.ExitStatus(err) != 2 || !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), "no such file") != 1 {
		t.Errorf("a missing file: %v, exit %d", err, failure.ExitStatus(err))
	}
}

func TestManyFaults(t *testing.T) {
	t.Parallel()
	op := create(true)
	op.Body.Contents[1].Schema = &openapi.Schema{Required: strings.Split("abcdefgh", "")}
	_, err := Read(t.Context(), op, Input{Data: pointer("{}")})
	if err == nil || strings.Count(err.Error(), "is required") != maxFaults || !strings.HasSuffix(err.Error(), "; and 3 more") {
		t.Errorf("%v", err)
	}
}

// TestSlowStdin checks that a slow writer loses no data and is reported once.
func TestSlowStdin(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	told := make(chan struct{}, 9)
	go func() {
		_, _ = w.Write([]byte(`{"name":`))
		<-told
		_, _ = w.Write([]byte(`"x"}`))
		_ = w.Close()
	}()
	in := Input{Stdin: r, Silence: time.Millisecond, Waiting: func() { told <- struct{}{} }}
	got, err := Read(t.Context(), create(true), in)
	if err != nil || string(got.Bytes) != `{"name":"x"}` || len(told) != 0 {
		t.Errorf("%v %v, told %d more times", got, err, len(told))
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := io.Pipe()
	in := Input{Stdin: r, Silence: time.Millisecond, Waiting: cancel}
	_, err := Read(ctx, create(true), in)
	if failure.Of(err).Kind != failure.Interrupted || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestReadError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	_, err := Read(t.Context(), create(true), Input{Stdin: iotest.ErrReader(broken)})
	if failure.Of(err).Kind != failure.File || !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
