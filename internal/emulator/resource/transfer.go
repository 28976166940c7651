package resource

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// An import reads entities from an uploaded file, and an export writes them to a
// file. Both are jobs: a request with the job_id of an earlier one returns its
// state. The definition documents these responses in words only.

// Content gives access to the content of files.
type Content struct {
	Open func(ctx context.Context, key string) (io.ReadCloser, error)                                // nil if the file does not exist
	Save func(r *message.Request, name, mediaType string, content io.Reader) (url string, err error) // returns its download URL
}

// transfers returns the handlers of imports and exports, by method and path.
func (r *Service) transfers(files Content) map[string]message.Handler {
	return map[string]message.Handler{
		"POST /v1/entity:import":      func(c *message.Request) (*message.Response, error) { return r.importEntities(c, files) },
		"POST /v1/entity:export":      func(c *message.Request) (*message.Response, error) { return r.exportEntities(c, files) },
		"POST /v1/entity:abortImport": r.abortImport,
	}
}

// transferJobs is the collection of the jobs. Only their handlers read it.
func transferJobs() store.Collection { return store.Collection{Name: "entity\x00=transfers"} }

// transferKey returns the key of a job: imports and exports have their own ids.
func transferKey(kind, id string) string { return kind + "/" + id }

// poll returns the state of the job that the request names, or nil.
func (r *Service) poll(c *message.Request, kind string) (*message.Response, error) {
	var job jsonx.Object
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := transferJobs().Get(tx, transferKey(kind, c.Query.Get("job_id"))); found != nil {
			job, _ = jsonx.ParseObject(bytes.Clone(r.due(found.Text)))
		}
		return nil
	})
	if err != nil || job == nil {
		return nil, err
	}
	c.Kept = true
	return jobResponse(c, job), nil
}

func jobResponse(c *message.Request, job jsonx.Object) *message.Response {
	return &message.Response{Status: message.SuccessStatus(c.Op), MediaType: "application/json", Body: job.Without(laterMember).Text()}
}

// newJob returns a job that finishes after a moment, with the id that the client
// chose or a new one.
func (r *Service) newJob(c *message.Request, more ...jsonx.Member) (string, jsonx.Object, error) {
	id := c.Query.Get("job_id")
	if id == "" {
		var err error
		if id, err = NewUUID(r.random); err != nil {
			return "", nil, err
		}
	}
	job := append(jsonx.Object{
		{Name: "job_id", Value: object.Quote(id)},
		{Name: "status", Value: object.Quote("IN_PROGRESS")},
		{Name: "created_at", Value: object.Quote(r.now().UTC().Format(message.TimeFormat))},
	}, more...)
	job, _ = jsonx.ParseObject(withLater(job.Text(), r.now().Add(jobDuration), "status", object.Quote("SUCCESS")))
	return id, job, nil
}

// importEntities creates an entity from each row of an uploaded file, or changes
// the one that the row's "_id" names. A file that was not uploaded gets a sample.
func (r *Service) importEntities(c *message.Request, files Content) (*message.Response, error) {
	if known, err := r.poll(c, "import"); known != nil || err != nil {
		return known, err
	}
	reference, _ := jsonx.ParseObject(c.Object().Get("S3Reference"))
	content, err := files.Open(c.HTTP.Context(), jsonx.Unquote(reference.Get("key")))
	if err != nil || content == nil {
		return nil, err
	}
	defer content.Close()
	rows, err := rowsOf(content)
	if err != nil {
		return nil, message.Refuse(http.StatusBadRequest, "cannot read the file: %s", err)
	}
	slug := jsonx.Unquote(c.Object().Get("schema"))
	id, job, err := r.newJob(c, jsonx.Member{Name: "schema", Value: object.Quote(slug)}, jsonx.Member{Name: "imported", Value: number(len(rows))})
	if err != nil {
		return nil, err
	}
	err = r.update(c, func(tx *bolt.Tx) error {
		for _, row := range rows {
			if err := r.putEntity(tx, slug, row); err != nil {
				return err
			}
		}
		return transferJobs().Put(tx, transferKey("import", id), job.Text())
	})
	if err != nil {
		return nil, err
	}
	c.Kept = true
	return jobResponse(c, job), nil
}

// maxImport is the maximum size of an imported file in bytes.
const maxImport = 64 << 20

// rowsOf reads a CSV file with a header, or a JSON array of objects.
func rowsOf(content io.Reader) ([]jsonx.Object, error) {
	text, err := io.ReadAll(io.LimitReader(content, maxImport+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxImport:
		return nil, errors.New("it is larger than 64 MB")
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	var rows []jsonx.Object
	if elements, ok := jsonx.ParseArray(bytes.TrimSpace(text)); ok {
		for _, element := range elements {
			if row, ok := jsonx.ParseObject(element); ok {
				rows = append(rows, row)
			}
		}
		return rows, nil
	}
	table := csv.NewReader(bytes.NewReader(text))
	if head, _, _ := bytes.Cut(text, []byte("\n")); bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		table.Comma = ';'
	}
	records, err := table.ReadAll()
	if err != nil || len(records) == 0 {
		return nil, err
	}
	for _, record := range records[1:] {
		var row jsonx.Object
		for i, text := range record {
			if text != "" && records[0][i] != "" {
				row = row.With(records[0][i], object.Quote(text))
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// putEntity creates an entity, or changes the one with the "_id" of the members.
func (r *Service) putEntity(tx *bolt.Tx, slug string, members jsonx.Object) error {
	at := entityCollection(slug)
	id := jsonx.Unquote(members.Get("_id"))
	entity, known := jsonx.Object(nil), id != "" && at.Get(tx, id) != nil
	if known {
		entity, _ = jsonx.ParseObject(bytes.Clone(at.Get(tx, id).Text))
		entity = entity.Without(deletedMember).With("_updated_at", object.Quote(r.now().UTC().Format(message.TimeFormat)))
	} else {
		if id == "" {
			var err error
			if id, err = NewUUID(r.random); err != nil {
				return err
			}
		}
		entity = r.plainEntity(id, slug)
	}
	for _, m := range members.Without("_id").Without("_schema").Without("_org") {
		entity = entity.With(m.Name, m.Value)
	}
	if title := titleOf(entity); title != nil && members.Get("_title") == nil {
		entity = entity.With("_title", title)
	}
	return at.Put(tx, id, entity.Text())
}

// plainEntity returns an entity without attributes.
func (r *Service) plainEntity(id, slug string) jsonx.Object {
	now := object.Quote(r.now().UTC().Format(message.TimeFormat))
	return jsonx.Object{
		{Name: "_id", Value: object.Quote(id)},
		{Name: "_schema", Value: object.Quote(slug)},
		{Name: "_org", Value: object.Quote(sample.Organization)},
		{Name: "_title", Value: object.Quote(slug)},
		{Name: "_tags", Value: jsontext.Value("[]")},
		{Name: "_created_at", Value: now},
		{Name: "_updated_at", Value: now},
	}
}

// exportEntities writes the results of a search to a CSV file.
func (r *Service) exportEntities(c *message.Request, files Content) (*message.Response, error) {
	if known, err := r.poll(c, "export"); known != nil || err != nil {
		return known, err
	}
	res := r.find(c.API, c.API.Find("searchEntities"))
	if res == nil || c.Object() == nil {
		return nil, nil
	}
	wanted, err := selectionOf(c, res, r.now())
	if err != nil {
		return nil, err
	}
	p := &page{window: window{size: -1}, selection: wanted, deleted: c.Value("include_deleted") == "true"}
	if err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error { return r.fill(c, res, tx, p) }); err != nil {
		return nil, err
	}
	var table bytes.Buffer
	if err := writeTable(&table, fieldsOf(c), p.matches); err != nil {
		return nil, err
	}
	id, job, err := r.newJob(c, jsonx.Member{Name: "exported", Value: number(len(p.matches))})
	if err != nil {
		return nil, err
	}
	url, err := files.Save(c, "export-"+id+".csv", "text/csv", &table)
	if err != nil {
		return nil, err
	}
	job = job.With("download_url", object.Quote(url))
	if err := r.update(c, func(tx *bolt.Tx) error { return transferJobs().Put(tx, transferKey("export", id), job.Text()) }); err != nil {
		return nil, err
	}
	c.Kept = true
	return jobResponse(c, job), nil
}

// writeTable writes entities as CSV: a column for each selected attribute, or for
// each that an entity has. Objects and arrays are JSON.
func writeTable(w io.Writer, f fields, matches []match) error {
	columns := map[string]bool{}
	var names []string
	for _, m := range matches {
		for _, member := range f.only(m.resource, nil) {
			if !columns[member.Name] && member.Name != laterMember {
				names = append(names, member.Name)
			}
			columns[member.Name] = true
		}
	}
	if len(f.include) > 0 && !slices.ContainsFunc(f.include, func(name string) bool { return strings.ContainsAny(name, "*?") }) {
		names = nil
		for _, name := range f.include {
			names = append(names, strings.TrimPrefix(name, "#"))
		}
	}
	table := csv.NewWriter(w)
	if err := table.Write(names); err != nil {
		return err
	}
	for _, m := range matches {
		record := make([]string, len(names))
		for i, name := range names {
			values := object.Values(m.resource, name)
			if len(values) == 1 {
				record[i] = cell(values[0])
			} else if len(values) > 1 {
				record[i] = string(jsonx.ArrayOf(values))
			}
		}
		if err := table.Write(record); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func cell(value jsontext.Value) string {
	switch value.Kind() {
	case 'n':
		return ""
	case '"':
		return jsonx.Unquote(value)
	}
	return string(value)
}

// abortImport stops an import that runs. Entities that exist stay.
func (r *Service) abortImport(c *message.Request) (*message.Response, error) {
	id, status := c.Query.Get("job_id"), ""
	err := r.update(c, func(tx *bolt.Tx) error {
		found := transferJobs().Get(tx, transferKey("import", id))
		if found == nil {
			return nil
		}
		job, _ := jsonx.ParseObject(bytes.Clone(r.due(found.Text)))
		status = jsonx.Unquote(job.Get("status"))
		if status != "IN_PROGRESS" {
			return nil
		}
		job = job.Without(laterMember).With("status", object.Quote("CANCELLED"))
		return transferJobs().Put(tx, transferKey("import", id), job.Text())
	})
	if err != nil || status == "" {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, jsonx.Object{
		{Name: "status", Value: object.Quote(status)}, {Name: "jobPollId", Value: object.Quote(id)},
	}.Text()), nil
}

// Handlers returns all handlers of the service, by method and path.
func (r *Service) Handlers(files Content) map[string]message.Handler {
	all := r.relationHandlers()
	for _, more := range []map[string]message.Handler{r.stepHandlers(), r.transfers(files), r.mappings(), r.portalTemplates(), r.defaultBoard()} {
		maps.Copy(all, more)
	}
	return all
}
