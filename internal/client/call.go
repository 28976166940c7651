package client

import (
	"context"
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

// Call is one operation with everything that its request is made of. It
// resolves nothing any more; Request may be called several times.
type Call struct {
	API       *openapi.API
	Operation *openapi.Operation
	Server    *url.URL       // base URL; its path is a prefix
	Params    *params.Result // path, query and header parameters
	Header    http.Header    // the profile's headers; those of Params win
	Body      *body.Body     // nil: no body and no Content-Type
	Token     *auth.Token    // nil: none is sent
}

// Bearer is the token's value, "" for none.
func (c *Call) Bearer() string {
	if c.Token == nil {
		return ""
	}
	return c.Token.Value
}

// Request builds the HTTP request. A header that the person typed wins over the
// token and the body's media type, these over the profile's headers, and those
// over what the definition asks for.
func (c *Call) Request(ctx context.Context) (*http.Request, error) {
	if c.API != nil && c.Operation.Method == http.MethodPost && catalog.OnlyReads(c.API.Name, c.Operation.ID) {
		ctx = transport.OnlyReads(ctx)
	}
	req, err := http.NewRequestWithContext(ctx, c.Operation.Method, c.url(), http.NoBody)
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
		req.Host = host // net/http takes the Host header from the request, not from its headers
		req.Header.Del("Host")
	}
	return req, nil
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
