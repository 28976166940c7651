package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Call is an operation and everything needed to build its request. Everything in it
// is resolved; Request can be called several times.
type Call struct {
	API       *openapi.API
	Operation *openapi.Operation
	Server    *url.URL       // base URL, including a path prefix
	Params    *params.Result // path, query and header parameters
	Header    http.Header    // the profile's headers; headers in Params take precedence
	Body      *body.Body     // nil for no body and no Content-Type
	Token     *auth.Token    // nil to send none

	address *url.URL // of the request, if it is already known
}

// ContentType returns the Content-Type that was typed as a header, "" if none was.
func (c *Call) ContentType() string { return c.Params.Header.Get("Content-Type") }

// Bearer returns the token's value, "" if there is none.
func (c *Call) Bearer() string {
	if c.Token == nil {
		return ""
	}
	return c.Token.Value
}

// Request builds the HTTP request. Headers take precedence in this order: typed by
// the user, from the token and the body's media type, from the profile, from the
// definition's defaults.
func (c *Call) Request(ctx context.Context) (*http.Request, error) {
	if c.API != nil && c.Operation.Method == http.MethodPost && catalog.OnlyReads(c.API.Name, c.Operation.ID) {
		ctx = transport.OnlyReads(ctx)
	}
	req, err := c.newRequest(ctx)
	if err != nil {
		return nil, failure.New(failure.Usage, "the request cannot be built: %w", err)
	}
	req.Header.Set("Accept", accept(c.Operation))
	overlay(req.Header, c.Header)
	if err := c.setBody(req); err != nil {
		return nil, err
	}
	if token := c.Bearer(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	overlay(req.Header, c.Params.Header)
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host // net/http ignores Host in req.Header
		req.Header.Del("Host")
	}
	return req, nil
}

// newRequest is http.NewRequestWithContext, without parsing a known address again.
func (c *Call) newRequest(ctx context.Context) (*http.Request, error) {
	if c.address == nil {
		return http.NewRequestWithContext(ctx, c.Operation.Method, c.url(), http.NoBody)
	}
	address := *c.address
	req := &http.Request{
		Method: c.Operation.Method, URL: &address, Host: address.Host, Header: http.Header{}, Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		GetBody: func() (io.ReadCloser, error) { return http.NoBody, nil },
	}
	return req.WithContext(ctx), nil
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

// accept returns an Accept header that lists the operation's success media types,
// JSON first, then */*: it is better to show an error page than to reject it.
func accept(op *openapi.Operation) string {
	types := []string{"application/json"}
	if success := op.Success(); success != nil && len(success.Contents) > 0 {
		types = types[:0]
		for _, content := range success.Contents {
			types = append(types, content.MediaType)
		}
	}
	return strings.Join(append(types, "*/*;q=0.5"), ", ")
}
