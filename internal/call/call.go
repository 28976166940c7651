// Package call turns one planned operation into one HTTP request and sends it.
// It resolves nothing and prints nothing; it is safe for many calls at once.
package call

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Call is one operation with everything that its request is made of.
type Call struct {
	Operation *operation.Operation
	Server    *url.URL       // base URL; its path is a prefix
	Params    *params.Result // path, query and header parameters
	Header    http.Header    // the profile's headers; those of Params win
	Body      *body.Body     // nil: no body and no Content-Type
	Token     string         // bearer token, "" for none
}

// Request builds the HTTP request. A header that the person typed wins over the
// token and the body's media type, these over the profile's headers, and those
// over what the definition asks for.
func (c *Call) Request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, c.Operation.Method, c.url(), http.NoBody)
	if err != nil {
		return nil, failure.New(failure.Usage, "the request cannot be built: %w", err)
	}
	req.Header.Set("Accept", accept(c.Operation))
	overlay(req.Header, c.Header)
	if err := c.setBody(req); err != nil {
		return nil, err
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	overlay(req.Header, c.Params.Header)
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host // net/http takes the Host header from the request, not from its headers
		req.Header.Del("Host")
	}
	return req, nil
}

// Do sends the request. An error is a failure that says why the server could
// not be reached; a status of 400 or more is not an error here.
func Do(rt http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return nil, transport.Classify(err)
	}
	return resp, nil
}

func (c *Call) url() string {
	base := *c.Server
	prefix := strings.TrimRight(base.EscapedPath(), "/")
	base.Path, base.RawPath, base.RawQuery, base.Fragment = "", "", "", ""
	full := base.String() + prefix + c.Params.Path
	if c.Params.Query != "" {
		full += "?" + c.Params.Query
	}
	return full
}

func (c *Call) setBody(req *http.Request) (err error) {
	if c.Body == nil {
		return nil
	}
	req.ContentLength = c.Body.Length()
	req.Header.Set("Content-Type", c.Body.MediaType)
	if !c.Body.Once {
		req.GetBody = c.Body.Reader
	}
	req.Body, err = c.Body.Reader()
	return err
}

func overlay(header, over http.Header) {
	for name, values := range over {
		header[name] = values
	}
}

// accept lists what the operation's success may be, JSON first, and takes
// anything else too: an error page is better shown than refused.
func accept(op *operation.Operation) string {
	types := []string{"application/json"}
	if success := op.Success(); success != nil && len(success.Contents) > 0 {
		types = types[:0]
		for _, content := range success.Contents {
			types = append(types, content.MediaType)
		}
	}
	return strings.Join(append(types, "*/*;q=0.5"), ", ")
}
