package file

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// downloaded is the JSON form of a saved file.
type downloaded struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// download requests the URL of each file and fetches it without the token.
func (t *transfer) download(ctx context.Context) error {
	if err := t.checkLocation(); err != nil {
		return err
	}
	op, err := t.operation("GET", "/v1/files/{id}/download")
	if err != nil {
		return err
	}
	done := []downloaded{}
	var failed []failedFile
	for _, id := range t.args {
		path, err := t.downloadOne(ctx, op, id)
		if err != nil {
			failed = append(failed, failedFile{id, err})
			if ctx.Err() != nil {
				break
			}
			continue
		}
		done = append(done, downloaded{id, path})
	}
	if err := t.showDownloaded(ctx, done); err != nil {
		return err
	}
	return firstOf(failed, len(t.args))
}

// checkLocation rejects a target where several files would overwrite each other.
func (t *transfer) checkLocation() error {
	if t.form.File == "" {
		t.form.File = "./"
	}
	if output.IsFolder(t.form.File) {
		return output.CheckFolder(t.form.File)
	}
	if len(t.args) < 2 {
		return nil
	}
	return failure.New(failure.Usage, "several files cannot go to %s", t.form.File).
		Hintf("name an existing folder with --out-file")
}

func (t *transfer) showDownloaded(ctx context.Context, done []downloaded) error {
	if t.form.File == "-" || len(done) == 0 {
		return nil
	}
	text, err := json.Marshal(done)
	if err != nil {
		return err
	}
	return t.show(ctx, text)
}

func (t *transfer) downloadOne(ctx context.Context, op *openapi.Operation, id string) (string, error) {
	text, err := t.call(ctx, op, params.Input{Positional: []string{id}, Named: t.flags.Input.Params}, nil)
	if err != nil {
		return "", err
	}
	var location struct {
		DownloadURL string `json:"download_url"`
	}
	_ = json.Unmarshal(text, &location) // other responses have no URL
	from, err := client.PresignedURL(location.DownloadURL, t.client.AllowHTTP)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), http.NoBody)
	if err != nil {
		return "", err
	}
	return t.fetch(req, id)
}

// fetch saves the file as --out-file does.
func (t *transfer) fetch(req *http.Request, id string) (string, error) {
	return t.f.Out.Exchange(req, output.ResponseOptions{
		Operation: &openapi.Operation{ID: "the download of " + id}, Redact: t.client.Redactor(),
		Form: output.Form{Format: render.Raw, File: t.form.File},
	}, t.client.Send)
}
