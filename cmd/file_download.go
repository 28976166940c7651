package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/render"
	"github.com/epilot-cli/epilot/internal/upload"
)

// downloaded is what is said of a file that was saved.
type downloaded struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

// download asks for the URL of each file and fetches it without the token.
func (tr *transfer) download(ctx context.Context) error {
	if err := tr.checkPlace(); err != nil {
		return err
	}
	op, err := tr.step(ctx, "GET", "/v1/files/{id}/download")
	if err != nil {
		return err
	}
	defer tr.target.close()
	done := []downloaded{}
	var failed []error
	for _, id := range tr.positional {
		path, err := tr.downloadOne(ctx, op, id)
		if err != nil {
			failed = append(failed, err)
			if ctx.Err() != nil {
				break
			}
			continue
		}
		done = append(done, downloaded{id, path})
	}
	if err := tr.showDownloaded(ctx, done); err != nil {
		return err
	}
	return someFailed(failed, len(tr.positional))
}

// checkPlace refuses to write several files over each other.
func (tr *transfer) checkPlace() error {
	if tr.form.file == "" {
		tr.form.file = "./"
	}
	if len(tr.positional) < 2 || isFolder(tr.form.file) {
		return nil
	}
	return failure.New(failure.Usage, "several files cannot go to %s", tr.form.file).
		Hintf("name an existing folder with --out-file")
}

func (tr *transfer) showDownloaded(ctx context.Context, done []downloaded) error {
	if tr.form.file == "-" || len(done) == 0 {
		return nil
	}
	text, err := json.Marshal(done)
	if err != nil {
		return err
	}
	return tr.show(ctx, text)
}

func (tr *transfer) downloadOne(ctx context.Context, op *operation.Operation, id string) (string, error) {
	text, err := tr.call(ctx, op, params.Input{Positional: []string{id}, Named: tr.params}, nil)
	if err != nil {
		return "", err
	}
	var place struct {
		DownloadURL string `json:"download_url"`
	}
	_ = json.Unmarshal(text, &place) // what is no such answer has no URL
	if tr.mock != nil {
		return "", errNoFiles()
	}
	from, err := upload.Address(place.DownloadURL, tr.allowHTTP)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), http.NoBody)
	if err != nil {
		return "", err
	}
	return tr.fetch(req, id)
}

// fetch writes the file as any answer is written with --out-file.
func (tr *transfer) fetch(req *http.Request, id string) (string, error) {
	form := output{format: render.Raw, file: tr.form.file}
	a := &answer{options: tr.callOptions, op: &operation.Operation{ID: "the download of " + id}, redact: tr.target.redact, form: form}
	if err := a.begin(req); err != nil {
		return "", err
	}
	resp, err := call.Do(tr.app.retrying(tr.target.redact, tr.rule, tr.wait), req)
	if err != nil {
		return "", a.finish(nil, err)
	}
	defer resp.Body.Close()
	if err = a.file.accept(resp); err == nil {
		err = a.show(req, resp)
	}
	err = a.finish(resp, err)
	if a.file == nil {
		return "", err
	}
	return a.file.saved, err
}

func summed(failed, all int) string {
	return fmt.Sprintf("%d of %d files failed: ", failed, all)
}
