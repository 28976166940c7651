package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// TestFiles: a signed URL returns what was uploaded to one, completely or in
// ranges; without a signature of its method and key, it returns nothing.
func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	got := w.raw(t, "POST", "/file/v2/files/upload", `{"filename":"../a b.txt","mime_type":"text/plain"}`)
	place, _ := jsonx.ParseObject([]byte(got.body))
	put, get := jsonx.Unquote(place.Get("upload_url")), jsonx.Unquote(place.Get("public_url"))
	if got.status != 201 || !strings.HasPrefix(put, w.url+"/_files/123/") || !strings.Contains(put, "/a%20b.txt?") {
		t.Fatal(got)
	}
	send := func(method, url, body, bytes string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
		if bytes != "" {
			r.Header.Set("Range", "bytes="+bytes)
		}
		response, err := w.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response.StatusCode, string(text)
	}
	for _, row := range []struct {
		method, url, body, bytes string
		status                   int
		want                     string
	}{
		{"GET", get, "", "", 404, "nothing has been uploaded"},
		{"PUT", put, "hello, world", "", 200, ""},
		{"GET", get, "", "", 200, "hello, world"},
		{"HEAD", get, "", "", 200, ""},
		{"GET", get, "", "7-", 206, "world"},
		{"PUT", get, "x", "", 403, "signature"},
		{"GET", put, "", "", 403, "signature"},
		{"GET", strings.Replace(get, "/123/", "/124/", 1), "", "", 403, "signature"},
		{"GET", strings.Replace(get, "expires=1", "expires=2", 1), "", "", 403, "signature"},
		{"DELETE", get, "", "", 403, "signature"},
	} {
		if status, text := send(row.method, row.url, row.body, row.bytes); status != row.status || !strings.Contains(text, row.want) {
			t.Errorf("%s %s: %d %s", row.method, row.url, status, text)
		}
	}
	saved := w.raw(t, "POST", "/file/v2/files", `{"s3ref":`+string(place.Get("s3ref"))+`}`)
	entity, _ := jsonx.ParseObject([]byte(saved.body))
	id := jsonx.Unquote(entity.Get("_id"))
	for member, want := range map[string]string{"size_bytes": "12", "filename": "a b.txt", "mime_type": "text/plain"} {
		if jsonx.Unquote(entity.Get(member)) != want {
			t.Errorf("%s: %s", member, saved.body)
		}
	}
	public := jsonx.Unquote([]byte(w.raw(t, "POST", "/file/v1/files/"+id+"/public/links", "").body))
	if !strings.HasSuffix(public, "/a%20b.txt") {
		t.Error(public)
	}
	redirect, err := w.client.Get(public)
	if err != nil {
		t.Fatal(err)
	}
	defer redirect.Body.Close()
	if status, text := send("GET", redirect.Header.Get("Location"), "", ""); redirect.StatusCode != 302 || status != 200 || text != "hello, world" {
		t.Error(redirect.StatusCode, status, text)
	}
	if got := w.raw(t, "GET", "/entity/v2/entity/file/"+id, ""); got.status != 200 || !strings.Contains(got.body, `"size_bytes":12`) {
		t.Error(got) // a file is an entity
	}
	link, _ := jsonx.ParseObject([]byte(w.raw(t, "GET", "/file/v1/files/"+id+"/download", "").body))
	if status, text := send("GET", jsonx.Unquote(link.Get("download_url")), "", ""); status != 200 || text != "hello, world" {
		t.Error(status, text)
	}
}
