package catalog

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog/openapi"
	"github.com/epilot-cli/epilot/internal/failure"
)

// update downloads one definition.
func (c *Catalog) update(ctx context.Context, name string, base *url.URL) Update {
	published := addressOf(name)
	if published == "" {
		return Update{Name: name, Outcome: NoAddress}
	}
	address, err := mirror(published, base)
	if err != nil {
		return failed(name, err)
	}
	known := c.lastStamp(name, address)
	answer, err := c.fetch(ctx, address, known.condition())
	if err != nil {
		return failed(name, err)
	}
	if answer.same || digest(answer.text) == known.SHA256 {
		return Update{Name: name, Outcome: Unchanged}
	}
	count, err := c.keep(name, address, answer)
	if err != nil {
		return failed(name, err)
	}
	return Update{Name: name, Outcome: Updated, Operations: count}
}

func failed(name string, err error) Update {
	return Update{Name: name, Outcome: Failed, Err: err}
}

// lastStamp is that of the download from the same address, if it is whole.
func (c *Catalog) lastStamp(name string, address *url.URL) stamp {
	d, err := c.cached(name)
	if err != nil || d == nil || d.Format != cacheFormat || d.URL != address.String() {
		return stamp{}
	}
	return d.stamp
}

// condition lets the server answer 304 where nothing changed.
func (s stamp) condition() http.Header {
	switch {
	case s.ETag != "":
		return http.Header{"If-None-Match": {s.ETag}}
	case s.Modified != "":
		return http.Header{"If-Modified-Since": {s.Modified}}
	}
	return nil
}

// keep replaces the cached file and returns how many operations the new one
// has.
func (c *Catalog) keep(name string, address *url.URL, answer *answer) (int, error) {
	api, err := openapi.Parse(name, address.String(), answer.text)
	if err != nil {
		return 0, failure.New(failure.Network, "%w", err)
	}
	text, err := stamp{
		URL: address.String(), Fetched: c.options.Now().UTC(), SHA256: digest(answer.text),
		ETag: answer.header.Get("ETag"), Modified: answer.header.Get("Last-Modified"),
	}.text(api)
	if err != nil {
		return 0, err
	}
	file := c.cacheFile(name)
	if err := (&download{name: name, file: file}).readable(text); err != nil {
		return 0, failure.New(failure.Network, "%s is not read back as it was", shown(address))
	}
	return len(api.Operations), atomicfile.Write(file, text, 0o600)
}

// readable reads what is going to be written.
func (d *download) readable(text []byte) error {
	if err := d.read(bytes.NewReader(text), int64(len(text))); err != nil {
		return err
	}
	_, err := d.api()
	return err
}
