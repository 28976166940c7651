package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/fields"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/upload"
)

const uploadsAtOnce = 4

// uploadSteps are the operations around the upload itself.
type uploadSteps struct{ begin, save *operation.Operation }

// upload takes each file through its three steps, several files at once, and
// shows what was saved, in the order of the line. One that fails does not keep
// the others from being saved.
func (tr *transfer) upload(ctx context.Context) error {
	files := make([]upload.File, len(tr.positional))
	for i, path := range tr.positional {
		var err error
		if files[i], err = tr.file(path); err != nil {
			return err
		}
	}
	var steps uploadSteps
	var err error
	if steps.begin, err = tr.step(ctx, "POST", "/v2/files/upload"); err != nil {
		return err
	}
	defer tr.target.close()
	if steps.save, err = tr.step(ctx, "POST", "/v2/files"); err != nil {
		return err
	}
	saved, failed := tr.uploadAll(ctx, files, steps)
	if len(saved) > 0 {
		list := append(append([]byte{'['}, bytes.Join(saved, []byte{','})...), ']')
		if err := tr.show(ctx, list); err != nil {
			return err
		}
	}
	return someFailed(failed, len(files))
}

// file looks at a file before anything is sent.
func (tr *transfer) file(path string) (upload.File, error) {
	f := upload.File{Name: path, MediaType: body.MediaTypeOf(path)}
	from, err := os.Open(path)
	if err != nil {
		return f, fields.Unreadable(path, err)
	}
	defer from.Close()
	info, err := from.Stat()
	switch {
	case err != nil:
		return f, fields.Unreadable(path, err)
	case !info.Mode().IsRegular():
		return f, failure.New(failure.Usage, "%s is no regular file", path).Hintf("name files, not folders or pipes")
	}
	f.Size = info.Size()
	f.Open = func() (io.ReadCloser, error) {
		from, err := os.Open(path)
		if err != nil || len(tr.positional) > 1 {
			return from, err
		}
		return struct {
			io.Reader
			io.Closer
		}{metered{from, tr.meter(0, f.Size)}, from}, nil
	}
	return f, nil
}

func (tr *transfer) uploadAll(ctx context.Context, files []upload.File, steps uploadSteps) (saved [][]byte, failed []error) {
	results, errs := make([][]byte, len(files)), make([]error, len(files))
	var shown *bar
	if len(files) > 1 {
		shown = tr.progress(len(files), "files uploaded")
	}
	var group sync.WaitGroup
	var drawing sync.Mutex
	free := make(chan struct{}, uploadsAtOnce)
	for i, f := range files {
		free <- struct{}{}
		group.Go(func() {
			results[i], errs[i] = tr.uploadOne(ctx, f, steps)
			drawing.Lock()
			shown.step()
			drawing.Unlock()
			<-free
		})
	}
	group.Wait()
	shown.done()
	for i := range files {
		if errs[i] != nil {
			failed = append(failed, errs[i])
		} else {
			saved = append(saved, bytes.TrimSpace(results[i]))
		}
	}
	return saved, failed
}

// uploadOne asks for a place, fills it, and saves what is there.
func (tr *transfer) uploadOne(ctx context.Context, f upload.File, steps uploadSteps) ([]byte, error) {
	name := filepath.Base(f.Name)
	ref, to, err := tr.place(ctx, steps.begin, name, f.MediaType)
	if err != nil {
		return nil, err
	}
	rule := tr.rule
	rule.Unsafe = true // the same bytes at the same place: to repeat it does no harm
	if err := upload.Put(ctx, tr.app.retrying(tr.target.redact, rule, tr.wait), to, f); err != nil {
		return nil, err
	}
	payload, err := tr.entity(ctx, steps.save, name, f.MediaType, ref)
	if err != nil {
		return nil, err
	}
	return tr.call(ctx, steps.save, params.Input{Named: tr.params}, payload)
}

// place asks where a file is to be put, and what the API calls the place.
func (tr *transfer) place(ctx context.Context, begin *operation.Operation, name, mediaType string) (json.RawMessage, *url.URL, error) {
	if tr.mock != nil {
		return nil, nil, errNoFiles()
	}
	ask, err := json.Marshal(map[string]string{"filename": name, "mime_type": mediaType})
	if err != nil {
		return nil, nil, err
	}
	text, err := tr.call(ctx, begin, params.Input{}, &body.Body{MediaType: "application/json", Bytes: ask})
	if err != nil {
		return nil, nil, err
	}
	var answered struct {
		S3Ref     json.RawMessage `json:"s3ref"`
		UploadURL string          `json:"upload_url"`
	}
	if json.Unmarshal(text, &answered) != nil || len(answered.S3Ref) == 0 {
		return nil, nil, failure.New(failure.Network, "%s answered no place for %s", begin.ID, name)
	}
	to, err := upload.Address(answered.UploadURL, tr.allowHTTP)
	return answered.S3Ref, to, err
}

// errNoFiles keeps a person's file from the made-up URLs of the local epilot.
func errNoFiles() error {
	return failure.New(failure.Usage, "the local epilot keeps no files").Hintf("leave out --server mock")
}

// entity is the body that saves a file: what is known of it, and the fields of
// the line.
func (tr *transfer) entity(ctx context.Context, save *operation.Operation, name, mediaType string, ref json.RawMessage) (*body.Body, error) {
	known, err := json.Marshal(map[string]any{"filename": name, "mime_type": mediaType, "s3ref": ref})
	if err != nil {
		return nil, err
	}
	text := string(known)
	in := tr.withFields(tr.bodyInput(), "")
	in.Data = &text
	return body.Read(ctx, save, in)
}

// someFailed makes one error of several: of the kind of the first.
func someFailed(failed []error, all int) error {
	if len(failed) == 0 {
		return nil
	}
	if all == 1 {
		return failed[0]
	}
	first := *failure.Of(failed[0])
	return (&failure.Error{
		Kind: first.Kind, Status: first.Status, Err: failed[0],
		Message: summed(len(failed), all) + first.Message,
	}).Hintf("the others are done; run it again for those that failed")
}
