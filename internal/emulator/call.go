package emulator

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/operation"
)

// call is one request on its way through the emulator. Each gate fills in what
// it learns.
type call struct {
	request *http.Request
	writer  http.ResponseWriter
	named   string            // the API that the host names, or ""
	*route                    // set by the router
	path    map[string]string // path parameters, decoded
	query   url.Values
	prefer  preferences
	fault   *faults.Rule // that the answer is to have, or nil
	trouble string       // what was done to the request on purpose, for the log
	heard   *heard       // the body as it was read, nil where nobody wants it
	body    any          // as schema.Decode returns it; nil where there is none
	raw     []byte       // the body's text
}

// service answers an operation that has a behaviour of its own.
type service func(*call) (*answer, error)

// authenticate lets a call pass when its operation is public or its bearer
// token is valid. An operation with optional security takes a call without a
// token, but not one with a bad token.
func (e *Emulator) authenticate(c *call) error {
	header := c.request.Header.Get("Authorization")
	if c.op.Security == operation.Public || c.op.Security == operation.Optional && header == "" {
		return nil
	}
	scheme, bearer, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(bearer) == "" {
		return unauthorized("a bearer token is required: Authorization: Bearer <token>")
	}
	return e.tokens.accept(c.request.Context(), strings.TrimSpace(bearer))
}

// unauthorized is a 401 with the challenge of RFC 6750, section 3.
func unauthorized(reason string) error {
	return refuse(http.StatusUnauthorized, "%s", reason).with("WWW-Authenticate", "Bearer")
}
