package operation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// isExport reports whether the line writes a list with a journal.
func (k *call) isExport() bool { return k.flags.Pages.All && k.flags.Each.Journal != "" }

// checkExport rejects what cannot be written page by page.
func (k *call) checkExport() error {
	switch {
	case !k.isExport() || k.flags.Each.File != "":
		return nil
	case k.form.Format != render.NDJSON || k.form.Columns != nil:
		return failure.New(failure.Usage, "--all with --journal needs -o ndjson, without --columns").Hintf("add -o ndjson; --jsonata chooses the fields of an item")
	case k.flags.Pages.MaxItems > 0:
		return failure.New(failure.Usage, "--journal and --max-items cannot be combined").Hintf("remove one of them")
	}
	return nil
}

// export writes a list page by page, resuming where an earlier run ended.
func (k *call) export(ctx context.Context, prepared *client.Call, req *http.Request) error {
	id, err := k.exportIdentity(prepared, req)
	if err != nil {
		return err
	}
	journal, err := bulk.OpenExport(ctx, k.flags.Each.Journal, id)
	if err != nil {
		return err
	}
	defer journal.Close()
	out, file, err := k.openOutput()
	if err != nil {
		return err
	}
	if file != nil && k.form.File != "" {
		defer file.Close()
	}
	from, seen := journal.From()
	if from != nil && from.End {
		k.f.Out.Note("the export is complete: %s; remove %s to start over", failure.Count(from.Items, "item"), k.flags.Each.Journal)
		return nil
	}
	if err := journal.Align(file); err != nil {
		return err
	}
	k.tellResumed(journal, from, file != nil)
	options := k.pageOptions()
	options.From, options.Seen = from, seen
	done := k.f.Out.Wait("waiting for " + req.URL.Host)
	defer done()
	for page, err := range k.pages(ctx, prepared, options) {
		if err != nil {
			return err
		}
		if !page.IsList() {
			return k.showPage(req, page)
		}
		lines, err := k.exportLines(ctx, page)
		if err != nil {
			return err
		}
		next, broken := page.Position()
		if broken != nil {
			return broken // the page is requested again and written once
		}
		if k.f.Streams.OutTTY {
			done() // the items are shown in its place
		}
		if err := journal.Write(out, file, lines, next); err != nil {
			return output.WriteError(err)
		}
	}
	return nil
}

// openOutput returns the destination of the items; file is nil unless it is a
// regular file.
func (k *call) openOutput() (out io.Writer, file *os.File, err error) {
	if name := k.form.File; name != "" && name != "-" {
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			return nil, nil, failure.New(failure.File, "--out-file %s: %w", name, atomicfile.Cause(err))
		}
		if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
			return file, nil, nil
		}
		return file, file, nil
	}
	if file, isFile := k.f.Streams.Out.(*os.File); isFile {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return file, file, nil
		}
	}
	return k.f.Streams.Out, nil, nil
}

// tellResumed reports what the output of a resumed run lacks or repeats.
func (k *call) tellResumed(journal *bulk.Export, from *paging.Position, toFile bool) {
	switch {
	case from == nil:
	case toFile:
		k.f.Out.Note("continuing after %s", failure.Count(from.Items, "item"))
	case journal.MayRepeat():
		k.f.Out.Note("resuming after %s; items of the next page may be written twice", failure.Count(from.Items, "item"))
	default:
		k.f.Out.Note("resuming after %s", failure.Count(from.Items, "item"))
	}
}

// exportLines returns the items of a page, one per line.
func (k *call) exportLines(ctx context.Context, page *paging.Page) ([]byte, error) {
	var lines bytes.Buffer
	for _, item := range page.Items {
		if k.program != nil {
			result, err := k.program.Eval(ctx, item)
			if err != nil {
				return nil, err
			}
			if !result.Defined {
				continue
			}
			item = result.JSON
		}
		if err := render.JSON(&lines, bytes.NewReader(item), render.Style{}); err != nil {
			return nil, err
		}
	}
	return lines.Bytes(), nil
}

// showPage shows a first response that is not a list, such as an error.
func (k *call) showPage(req *http.Request, page *paging.Page) error {
	form := k.form
	form.File = ""
	_, err := k.f.Out.Exchange(req, output.ResponseOptions{
		Operation: k.op, Redact: k.client.Redactor(), Form: form, AllPages: true, Retry: k.client.Retry,
	}, func(*http.Request) (*http.Response, error) { return page.Response, nil })
	return err
}

// exportIdentity returns what the export's journal is bound to. The query is hashed
// because it may contain secrets.
func (k *call) exportIdentity(prepared *client.Call, req *http.Request) (bulk.Identity, error) {
	id := k.identity(&bulkRun{target: prepared, checked: &checkedRows{}})
	if profile, _ := k.client.As(k.api.Name); profile != nil {
		id.Profile = profile.Name
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s\n%q %d\n", req.Method, req.URL.RequestURI(), k.flags.Output.JSONata, k.flags.Pages.PageSize)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return id, err
		}
		defer body.Close()
		if _, err := io.Copy(sum, body); err != nil {
			return id, err
		}
	}
	id.Query = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return id, nil
}
