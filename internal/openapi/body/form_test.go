package body

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func upload(mediaType string) *openapi.Operation {
	return &openapi.Operation{ID: "upload", Body: &openapi.Body{Required: true, Contents: []*openapi.Content{{
		MediaType: mediaType,
		Schema: &openapi.Schema{
			Types: []string{"object"}, Required: []string{"kind"},
			Properties: []openapi.Property{
				{Name: "kind", Schema: &openapi.Schema{Types: []string{"string"}, Enum: []string{`"LOGO"`}}},
				{Name: "n", Schema: &openapi.Schema{Types: []string{"integer"}}},
				{Name: "file", Schema: &openapi.Schema{Types: []string{"string"}, MaxLength: new(int)}},
			},
		},
	}}}}
}

func osOpen(name string) (io.ReadCloser, error) { return os.Open(name) }

// parts parses a body with the standard library.
func parts(t *testing.T, b *Body) string {
	t.Helper()
	from, err := b.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	text, err := io.ReadAll(from)
	if err != nil || b.Length() >= 0 && int64(len(text)) != b.Length() {
		t.Fatalf("%v, %d bytes of %d", err, len(text), b.Length())
	}
	_, words, _ := mime.ParseMediaType(b.MediaType)
	var lines []string
	form := multipart.NewReader(bytes.NewReader(text), words["boundary"])
	for {
		part, err := form.NextRawPart()
		if err == io.EOF {
			return strings.Join(lines, "|")
		}
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(part)
		lines = append(lines, part.FormName()+" "+part.FileName()+" "+part.Header.Get("Content-Type")+" "+string(content))
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), `a "b".png`)
	if err := os.WriteFile(name, []byte("\x00\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := Input{
		Data: pointer(`{"kind":"x","n":7,"o":{"a":1.10},"gone":null}`), Fields: []string{"kind=LOGO", "file=@" + name},
		Open: osOpen, Random: strings.NewReader(strings.Repeat("r", 24)),
	}
	b, err := Read(t.Context(), upload("multipart/form-data"), in)
	if err != nil {
		t.Fatal(err)
	}
	want := "kind   LOGO|n   7|o  application/json {\"a\":1.10}|file a %22b%22.png image/png \x00\xff"
	for range 2 { // it can be resent
		if got := parts(t, b); got != want || b.Once {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	if err := os.WriteFile(name, []byte("\x00\xff\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	from, _ := b.Reader()
	if _, err := io.Copy(io.Discard, from); failure.Of(err).Kind != failure.File {
		t.Errorf("a file that grew: %v", err)
	}
}

func TestFormOfStdin(t *testing.T) {
	t.Parallel()
	in := Input{Fields: []string{"kind=LOGO", "file=@-"}, Stdin: strings.NewReader("piped"), Open: osOpen, Random: strings.NewReader(strings.Repeat("r", 24))}
	b, err := Read(t.Context(), upload("multipart/form-data"), in)
	if err != nil || !b.Once || b.Length() != -1 {
		t.Fatalf("%+v %v", b, err)
	}
	if got := parts(t, b); got != "kind   LOGO|file - application/octet-stream piped" {
		t.Errorf("got %q", got)
	}
}

func TestURLForm(t *testing.T) {
	t.Parallel()
	in := Input{Fields: []string{"kind=LOGO", "x=a b&c"}, Open: osOpen}
	b, err := Read(t.Context(), upload("application/x-www-form-urlencoded"), in)
	if err != nil || string(b.Bytes) != "kind=LOGO&x=a+b%26c" {
		t.Errorf("%+v %v", b, err)
	}
}

func TestWrongForm(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"n":1}`:               `"kind" is required`,
		`{"kind":"x"}`:          `must be "LOGO"`,
		`[]`:                    "needs a JSON object",
		"text":                  "expected a value",
		`{"kind":"LOGO","n":x}`: "expected a value",
	} {
		_, err := Read(t.Context(), upload("multipart/form-data"), Input{Data: &data, Open: osOpen})
		if err == nil || !strings.Contains(err.Error(), want) || failure.ExitStatus(err) != 2 {
			t.Errorf("%s: %v", data, err)
		}
	}
	raw := "--x--"
	b, err := Read(t.Context(), upload("multipart/form-data"), Input{Data: &raw, ContentType: "multipart/form-data; boundary=x"})
	if err != nil || string(b.Bytes) != raw {
		t.Errorf("a form that is one: %+v %v", b, err)
	}
}

func TestFieldsWithoutPlace(t *testing.T) {
	t.Parallel()
	for _, op := range []*openapi.Operation{{ID: "list"}, {ID: "put", Body: &openapi.Body{Contents: []*openapi.Content{{MediaType: "text/csv"}}}}} {
		_, err := Read(t.Context(), op, Input{Fields: []string{"a=b"}, Stdin: strings.NewReader("x")})
		if failure.ExitStatus(err) != 2 || !strings.Contains(err.Error(), "-f") {
			t.Errorf("%s: %v", op.ID, err)
		}
	}
}
