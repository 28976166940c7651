package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// File is a file for a presigned URL. The URL itself is the permission: no
// token and no header of the person goes with it.
type File struct {
	Name      string // for messages
	MediaType string
	Size      int64 // bytes
	Open      func() (io.ReadCloser, error)
}

// PresignedURL reads the URL that a response names for a file: https, or http on
// loopback, and not that of a sample (RFC 2606, section 3), whose host belongs
// to others. Its query is secret, so an error, of kind Network, does not show
// it.
func PresignedURL(text string, allowHTTP bool) (*url.URL, error) {
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" || address.User != nil {
		return nil, failure.New(failure.Network, "the API answered no URL for the file")
	}
	if host := address.Hostname(); host == "example.com" || strings.HasSuffix(host, ".invalid") {
		return nil, failure.New(failure.Network, "the response is a sample: it has no URL for the file").
			Hintf("upload a file first: epilot file upload FILE")
	}
	if address.Scheme == "http" && !allowHTTP && !httpx.IsLoopback(address.Hostname()) {
		return nil, failure.New(failure.Network, "the API answered a URL for the file on plain http, at %s", address.Host).
			Hintf("--allow-http permits it")
	}
	return address, nil
}

// Upload puts the file at the URL with its length and media type, and nothing
// else. A response other than 2XX is a failure of kind API.
func Upload(ctx context.Context, rt http.RoundTripper, to *url.URL, f File) error {
	body, err := f.Open()
	if err != nil {
		return failure.New(failure.File, "%s cannot be read: %w", f.Name, err)
	}
	if f.Size == 0 {
		_ = body.Close()
		body = http.NoBody // else net/http would not know that there is nothing
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to.String(), body)
	if err != nil {
		return failure.New(failure.Network, "the API answered no URL for the file")
	}
	req.ContentLength = f.Size
	if f.Size > 0 {
		req.GetBody = f.Open
	}
	req.Header.Set("Content-Type", f.MediaType)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	return refused(resp, f.Name)
}

const longest = 2 << 10 // bytes of an answer that are read for its reason

func refused(resp *http.Response, name string) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, longest)) // the status says enough
	why := between(string(text), "<Message>", "</Message>")
	if why != "" {
		why = ": " + strings.Join(strings.Fields(why), " ")
	}
	failed := failure.New(failure.API, "the store of files answered %d %s to %s%s",
		resp.StatusCode, http.StatusText(resp.StatusCode), name, why)
	failed.Status = resp.StatusCode
	return failed.Hintf("nothing was saved; run the same line again")
}

func between(text, open, end string) string {
	_, rest, found := strings.Cut(text, open)
	inner, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		return ""
	}
	return inner
}
