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

// File is a file for a presigned URL. The URL itself grants access: no token and no
// user headers are sent.
type File struct {
	Name      string // for messages
	MediaType string
	Size      int64 // bytes
	Open      func() (io.ReadCloser, error)
}

// PresignedURL parses a file URL from a response: https, or http on loopback. It
// rejects reserved example hosts (RFC 2606, section 3), which belong to others. The
// query is secret, so errors, of kind Network, omit it.
func PresignedURL(text string, allowHTTP bool) (*url.URL, error) {
	address, err := url.Parse(text)
	if err != nil || !httpx.IsWeb(address) || address.User != nil {
		return nil, failure.New(failure.Network, "the API returned no URL for the file")
	}
	if host := address.Hostname(); host == "example.com" || strings.HasSuffix(host, ".invalid") {
		return nil, failure.New(failure.Network, "the response is a sample: it has no URL for the file").
			Hintf("upload a file first: epilot file upload FILE")
	}
	if address.Scheme == "http" && !allowHTTP && !httpx.IsLoopback(address.Hostname()) {
		return nil, failure.New(failure.Network, "the API returned a plain http URL for the file, at %s", address.Host).
			Hintf("--allow-http permits it")
	}
	return address, nil
}

// Upload sends a PUT request with the file, its length and its media type, and
// nothing else. A response other than 2XX is a failure of kind API.
func Upload(ctx context.Context, rt http.RoundTripper, to *url.URL, f File) error {
	body, err := f.Open()
	if err != nil {
		return failure.New(failure.File, "%s cannot be read: %w", f.Name, err)
	}
	if f.Size == 0 {
		_ = body.Close()
		body = http.NoBody // otherwise net/http does not know that the body is empty
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to.String(), body)
	if err != nil {
		return failure.New(failure.Network, "the API returned no URL for the file")
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

const longest = 2 << 10 // bytes of the response to search for a reason

func refused(resp *http.Response, name string) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, longest)) // the status is enough
	why := between(string(text), "<Message>", "</Message>")
	if why != "" {
		why = ": " + strings.Join(strings.Fields(why), " ")
	}
	failed := failure.New(failure.API, "the file storage returned %s for %s%s", httpx.StatusText(resp.StatusCode), name, why)
	failed.Status = resp.StatusCode
	return failed.Hintf("nothing was saved; run the same command again")
}

func between(text, open, end string) string {
	_, rest, found := strings.Cut(text, open)
	inner, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		return ""
	}
	return inner
}
