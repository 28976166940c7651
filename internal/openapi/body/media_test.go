package body

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestDeclaredMediaType checks which declared media type a body gets.
func TestDeclaredMediaType(t *testing.T) {
	t.Parallel()
	const png = "\x89PNG\r\n\x1a\n"
	for _, test := range []struct{ name, declared, header, data, want string }{
		{"JSON first", "text/csv application/json", "", `{}`, "application/json"},
		{"named by the header", "application/json text/csv", "text/csv; charset=utf-8", "a,b", "text/csv"},
		{"named by the header in a range", "application/json text/*", "text/csv", "a,b", "text/plain; charset=utf-8"},
		{"not declared", "application/json", "text/csv", "a,b", "text/csv"},
		{"JSON that is not declared", "application/json", "application/merge-patch+json", `{}`, "application/json"},
		{"by the name of the file", "application/json image/*", "", "@a.png", "image/png"},
		{"by the name of the file among several", "application/json image/jpeg image/png", "", "@a.png", "image/png"},
		{"JSON in a file", "image/* application/json", "", "@a.json", "application/json"},
		{"a range", "image/*", "", "@a.png", "image/png"},
		{"a range, by the content", "image/*", "", "@image", "image/png"},
		{"a range, unknown", "image/*", "", "@unknown", "application/octet-stream"},
		{"everything", "*/*", "", "@a.png", "image/png"},
		{"everything, JSON", "*/*", "", `{"a":1}`, "application/json"},
		{"everything, unknown", "*/*", "", "@unknown", "application/octet-stream"},
		{"an empty name", " ", "", "@a.png", "image/png"},
		{"none", "", "", `{}`, "application/json"},
	} {
		op := &openapi.Operation{ID: "a", Body: &openapi.Body{}}
		for name := range strings.SplitSeq(test.declared, " ") {
			if test.declared != "" {
				op.Body.Contents = append(op.Body.Contents, &openapi.Content{MediaType: name})
			}
		}
		files := map[string]string{"a.png": png, "image": png, "unknown": "\x00\x01", "a.json": "{}"}
		b, err := Read(t.Context(), op, Input{Data: &test.data, ContentType: test.header, Open: func(name string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(files[name])), nil
		}})
		if err != nil || b.MediaType != test.want {
			t.Errorf("%s: %+v, %v; want %s", test.name, b, err, test.want)
		}
	}
}

// TestEmptyBody checks for Content-Length: 0 rather than an unknown length.
func TestEmptyBody(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{ID: "a", Body: &openapi.Body{Contents: []*openapi.Content{{MediaType: "application/octet-stream"}}}}
	data := "@empty.bin"
	b, err := Read(t.Context(), op, Input{Data: &data, Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }})
	if err != nil {
		t.Fatal(err)
	}
	if from, err := b.Reader(); err != nil || from != http.NoBody || b.Length() != 0 {
		t.Errorf("%v of %d bytes, %v", from, b.Length(), err)
	}
}

// TestEncoding builds forms whose properties have encoding objects.
func TestEncoding(t *testing.T) {
	t.Parallel()
	list, object := []string{"p[]=a b", "p[]=c"}, []string{"p.x=1", "p.y.z=2"}
	for _, test := range []struct {
		name     string
		encoding openapi.Encoding
		fields   []string
		want     string
	}{
		{"list", openapi.Encoding{}, list, "p=a+b&p=c"},
		{"list by its style", openapi.Encoding{Style: "form", Explode: true}, list, "p=a+b&p=c"},
		{"list on one line", openapi.Encoding{Style: "form"}, list, "p=a+b%2Cc"},
		{"list with bars", openapi.Encoding{Style: "pipeDelimited"}, list, "p=a+b%7Cc"},
		{"list with spaces", openapi.Encoding{Style: "spaceDelimited"}, list, "p=a+b+c"},
		{"object", openapi.Encoding{}, object, "p=%7B%22x%22%3A%221%22%2C%22y%22%3A%7B%22z%22%3A%222%22%7D%7D"},
		{"object in brackets", openapi.Encoding{Style: "deepObject", Explode: true}, object, "p%5Bx%5D=1&p%5By%5D%5Bz%5D=2"},
		{"object by its members", openapi.Encoding{Style: "form", Explode: true}, object[:1], "x=1"},
		{"object on one line", openapi.Encoding{Style: "form"}, object[:1], "p=x%2C1"},
		{"text as JSON", openapi.Encoding{MediaType: "application/json"}, []string{"p=a"}, "p=%22a%22"},
	} {
		test.encoding.Property = "p"
		op := &openapi.Operation{ID: "a", Body: &openapi.Body{Contents: []*openapi.Content{{MediaType: urlForm, Encoding: []openapi.Encoding{test.encoding}}}}}
		b, err := Read(t.Context(), op, Input{Fields: test.fields})
		if err != nil || string(b.Bytes) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, b.Bytes, err, test.want)
		}
	}
	for _, test := range []struct{ file, allowed, want string }{
		{"a.png", "image/*, font/woff", "image/png"},
		{"a.png", "image/jpeg, image/png", "image/png"},
		{"a.png", "application/x-own", "application/x-own"},
		{"a.bin", "image/jpeg, image/png", "application/octet-stream"},
		{"a.png", "*/*", "image/png"},
	} {
		if got := fileType(test.file, test.allowed); got != test.want {
			t.Errorf("%s for %s: %s, want %s", test.file, test.allowed, got, test.want)
		}
	}
}
