package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Handlers returns the handlers of the file API's operations that return URLs, by
// method and path template. find returns the stored file entity with an id, or nil;
// linked returns the one that a public link was made for.
func (f *Files) Handlers(newID func() (string, error), find, linked func(r *message.Request, id string) (jsonx.Object, error)) map[string]message.Handler {
	begin := func(r *message.Request) (*message.Response, error) { return f.begin(r, newID) }
	return map[string]message.Handler{
		"POST /v1/files/upload":        begin,
		"POST /v2/files/upload":        begin,
		"POST /v1/files/public/upload": begin,
		"POST /v1/files:downloadS3":    f.downloadReference,
		"GET /v1/files/public/links/{id}/{filename}": func(r *message.Request) (*message.Response, error) {
			entity, err := linked(r, r.Path["id"])
			if err != nil || entity == nil {
				return nil, err
			}
			return f.redirect(r, keyOf(entity))
		},
		"GET /v1/files/{id}/download": func(r *message.Request) (*message.Response, error) {
			entity, err := find(r, r.Path["id"])
			if err != nil || entity == nil {
				return nil, err
			}
			return f.download(r, keyOf(entity))
		},
	}
}

// keyOf returns the key of the content of a file entity.
func keyOf(entity jsonx.Object) string {
	reference, _ := jsonx.ParseObject(entity.Get("s3ref"))
	return jsonx.Unquote(reference.Get("key"))
}

// redirect returns a redirect to the content, or nil if it does not exist.
func (f *Files) redirect(r *message.Request, key string) (*message.Response, error) {
	info, err := f.Info(r.HTTP.Context(), key)
	if info == nil || err != nil {
		return nil, err
	}
	get, err := f.URL(r.HTTP.Context(), origin(r), http.MethodGet, key)
	if err != nil {
		return nil, err
	}
	return &message.Response{Status: http.StatusFound, Header: http.Header{"Location": {get}}}, nil
}

// begin returns a new file key and the URL to upload to.
func (f *Files) begin(r *message.Request, newID func() (string, error)) (*message.Response, error) {
	name := strings.Trim(path.Base("/"+strings.ReplaceAll(r.Value("filename"), "\\", "/")), "/.")
	if name == "" {
		name = "file"
	}
	id, err := newID()
	if err != nil {
		return nil, err
	}
	key := sample.Organization + "/" + id + "/" + name
	put, err := f.URL(r.HTTP.Context(), origin(r), http.MethodPut, key)
	if err != nil {
		return nil, err
	}
	get, err := f.URL(r.HTTP.Context(), origin(r), http.MethodGet, key)
	if err != nil {
		return nil, err
	}
	reference := jsonx.Object{{Name: "bucket", Value: object.Quote(Bucket)}, {Name: "key", Value: object.Quote(key)}}
	return respond(r, jsonx.Object{
		{Name: "s3ref", Value: reference.Text()},
		{Name: "upload_url", Value: object.Quote(put)},
		{Name: "public_url", Value: object.Quote(get)},
	}), nil
}

// downloadReference returns the URL of a file that the request identifies by
// bucket and key.
func (f *Files) downloadReference(r *message.Request) (*message.Response, error) {
	key := r.Value("s3_key")
	if reference, ok := jsonx.ParseObject(r.Object().Get("s3ref")); ok {
		key = jsonx.Unquote(reference.Get("key"))
	}
	return f.download(r, key)
}

// download returns a response with a URL for the file, or nil if it does not exist.
func (f *Files) download(r *message.Request, key string) (*message.Response, error) {
	info, err := f.Info(r.HTTP.Context(), key)
	if info == nil || err != nil {
		return nil, err
	}
	get, err := f.URL(r.HTTP.Context(), origin(r), http.MethodGet, key)
	if err != nil {
		return nil, err
	}
	return respond(r, jsonx.Object{{Name: "download_url", Value: object.Quote(get)}}), nil
}

// Describe adds the properties of an uploaded file to a body that saves it.
func (f *Files) Describe(r *message.Request) error {
	body := r.Object()
	reference, ok := jsonx.ParseObject(body.Get("s3ref"))
	if !ok {
		return nil
	}
	info, err := f.Info(r.HTTP.Context(), jsonx.Unquote(reference.Get("key")))
	if info == nil || err != nil {
		return err
	}
	mediaType, _, _ := strings.Cut(info.MediaType, ";")
	for _, m := range []jsonx.Member{
		{Name: "filename", Value: object.Quote(info.Name)},
		{Name: "mime_type", Value: object.Quote(mediaType)},
		{Name: "type", Value: object.Quote(kindOf(mediaType))},
		{Name: "size_bytes", Value: object.Encode(info.Size)},
		{Name: "checksum", Value: object.Quote(info.SHA256)},
	} {
		if body.Get(m.Name) == nil || m.Name == "size_bytes" {
			body = body.With(m.Name, m.Value)
		}
	}
	if decoded, err := schema.Decode(body.Text()); err == nil {
		r.Raw, r.Body = body.Text(), decoded
	}
	return nil
}

// kindOf returns the type of a file entity for a media type.
func kindOf(mediaType string) string {
	kind, subtype, _ := strings.Cut(mediaType, "/")
	switch {
	case kind == "image" || kind == "audio" || kind == "video" || kind == "text":
		return kind
	case strings.Contains(subtype, "zip"):
		return "archive"
	case strings.Contains(subtype, "sheet") || strings.Contains(subtype, "excel"):
		return "spreadsheet"
	case strings.Contains(subtype, "presentation") || strings.Contains(subtype, "powerpoint"):
		return "presentation"
	case strings.Contains(subtype, "pdf") || strings.Contains(subtype, "word"):
		return "document"
	}
	return "unknown"
}

// Open returns the content of a key, or nil if there is none.
func (f *Files) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	file, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.File, "cannot read the file: %w", err)
	}
	return file, nil
}

// SaveAs returns a function that stores content in a new file and returns the URL
// to download it.
func (f *Files) SaveAs(newID func() (string, error)) func(r *message.Request, name, mediaType string, content io.Reader) (string, error) {
	return func(r *message.Request, name, mediaType string, content io.Reader) (string, error) {
		id, err := newID()
		if err != nil {
			return "", err
		}
		key := sample.Organization + "/" + id + "/" + name
		if _, err := f.Save(r.HTTP.Context(), key, mediaType, content, -1); err != nil {
			return "", err
		}
		return f.URL(r.HTTP.Context(), origin(r), http.MethodGet, key)
	}
}

// origin returns the origin that the client used to reach the mock.
func origin(r *message.Request) string {
	scheme := "http"
	if r.HTTP.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.HTTP.Host
}

// respond returns a success response with those members that the definition declares.
func respond(r *message.Request, members jsonx.Object) *message.Response {
	content := message.JSONContent(r.Op)
	if content == nil {
		return nil
	}
	whole := jsonx.Object{}
	for _, m := range members {
		if schema.Declares(content.Schema, m.Name) {
			whole = append(whole, m)
		}
	}
	text := jsontext.Value(whole.Text())
	return &message.Response{Status: message.SuccessStatus(r.Op), MediaType: content.MediaType, Body: text}
}
