package file

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output"
)

const uploadsAtOnce = 4

// operations are the API operations before and after the upload.
type operations struct{ begin, save *openapi.Operation }

// upload uploads several files at a time, each in three steps, and prints the saved
// ones in the order of the command line. One failure does not stop the others.
func (t *transfer) upload(ctx context.Context) error {
	files := make([]client.File, len(t.args))
	for i, path := range t.args {
		var err error
		if files[i], err = t.file(path); err != nil {
			return err
		}
	}
	var steps operations
	var err error
	if steps.begin, err = t.operation("POST", "/v2/files/upload"); err != nil {
		return err
	}
	if steps.save, err = t.operation("POST", "/v2/files"); err != nil {
		return err
	}
	saved, failed := t.uploadAll(ctx, files, steps)
	if len(saved) > 0 {
		if err := t.show(ctx, jsonx.ArrayOf(saved)); err != nil {
			return err
		}
	}
	return firstOf(failed, len(files))
}

// file checks a file before anything is sent.
func (t *transfer) file(path string) (client.File, error) {
	f := client.File{Name: path, MediaType: body.MediaTypeOf(path)}
	if path == "" {
		return f, failure.New(failure.Usage, "a file name is empty").
			Hintf("nothing was uploaded; check the value; an unset shell variable is a common cause")
	}
	info, err := os.Stat(path) // before opening: a named pipe would wait for its writer
	switch {
	case err != nil:
		return f, unreadable(path, atomicfile.Cause(err))
	case info.IsDir():
		return f, unreadable(path, errors.New("it is a folder"))
	case !info.Mode().IsRegular():
		return f, unreadable(path, errors.New("it is not a regular file"))
	}
	from, err := os.Open(path)
	if err != nil {
		return f, unreadable(path, atomicfile.Cause(err))
	}
	_ = from.Close() // only read
	f.Size = info.Size()
	f.Open = func() (io.ReadCloser, error) { return os.Open(path) }
	return f, nil
}

func unreadable(path string, why error) error {
	failed := failure.New(failure.File, "cannot read %s: %w", path, why)
	if errors.Is(why, fs.ErrNotExist) {
		failed = failure.New(failure.File, "cannot read %s: no such file", path)
	}
	return failed.Hintf("nothing was uploaded; check the file names")
}

func (t *transfer) uploadAll(ctx context.Context, files []client.File, steps operations) (saved [][]byte, failed []failedFile) {
	results, errs := make([][]byte, len(files)), make([]error, len(files))
	total := int64(0)
	for _, f := range files {
		total += f.Size
	}
	shown := t.f.Out.Files(len(files), total)
	var group sync.WaitGroup
	free := make(chan struct{}, uploadsAtOnce)
	for i, f := range files {
		free <- struct{}{}
		group.Go(func() {
			results[i], errs[i] = t.uploadOne(ctx, watched(f, shown), steps)
			shown.FileDone()
			<-free
		})
	}
	group.Wait()
	shown.Done()
	for i := range files {
		if errs[i] != nil {
			failed = append(failed, failedFile{files[i].Name, errs[i]})
		} else {
			saved = append(saved, bytes.TrimSpace(results[i]))
		}
	}
	return saved, failed
}

// watched returns the file with progress. A retry reads it again from its start.
func watched(f client.File, shown *output.Progress) client.File {
	open := f.Open
	var before io.Reader
	f.Open = func() (io.ReadCloser, error) {
		from, err := open()
		if err != nil {
			return nil, err
		}
		before = shown.Again(before, from)
		return struct {
			io.Reader
			io.Closer
		}{before, from}, nil
	}
	return f
}

// uploadOne requests a location, uploads to it, and saves the result.
func (t *transfer) uploadOne(ctx context.Context, f client.File, steps operations) ([]byte, error) {
	name := filepath.Base(f.Name)
	ref, to, err := t.createUpload(ctx, steps.begin, name, f.MediaType)
	if err != nil {
		return nil, err
	}
	// Safe to retry: it writes the same bytes to the same place.
	if err := client.Upload(ctx, t.client.Repeatable(), to, f); err != nil {
		return nil, err
	}
	payload, err := t.entity(ctx, steps.save, name, f.MediaType, ref)
	if err != nil {
		return nil, err
	}
	return t.call(ctx, steps.save, params.Input{Named: t.flags.Input.Params}, payload)
}

// createUpload requests the upload URL and the API's name for the location.
func (t *transfer) createUpload(ctx context.Context, begin *openapi.Operation, name, mediaType string) (json.RawMessage, *url.URL, error) {
	ask, err := json.Marshal(map[string]string{"filename": name, "mime_type": mediaType})
	if err != nil {
		return nil, nil, err
	}
	text, err := t.call(ctx, begin, params.Input{}, &body.Body{MediaType: "application/json", Bytes: ask})
	if err != nil {
		return nil, nil, err
	}
	var created struct {
		S3Ref     json.RawMessage `json:"s3ref"`
		UploadURL string          `json:"upload_url"`
	}
	if json.Unmarshal(text, &created) != nil || len(created.S3Ref) == 0 {
		return nil, nil, failure.New(failure.Network, "%s returned no upload URL for %s", begin.ID, name)
	}
	to, err := client.PresignedURL(created.UploadURL, t.client.AllowHTTP)
	return created.S3Ref, to, err
}

// entity returns the body that saves a file: the known facts and the fields from the
// command line.
func (t *transfer) entity(ctx context.Context, save *openapi.Operation, name, mediaType string, ref json.RawMessage) (*body.Body, error) {
	form, err := json.Marshal(map[string]any{"filename": name, "mime_type": mediaType, "s3ref": ref})
	if err != nil {
		return nil, err
	}
	text := string(form)
	in := t.f.BodyInput(&t.flags.Input, true, "")
	in.Data = &text
	return body.Read(ctx, save, in)
}
