package emulator

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/check"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/hidden"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// call is one request on its way through the mock. Each check fills in what it learns.
type call struct {
	message.Request
	writer   http.ResponseWriter
	hostAPI  string // the API that the host selects, or ""
	prefer   preferences
	fault    *faults.Rule  // the fault to apply to the response, or nil
	injected string        // the injected fault, for the log
	recorder *bodyRecorder // keeps the body as it is read; nil if nothing needs it
}

// authenticate accepts a call if its operation is public or its bearer token is
// valid. An operation with optional security accepts a call without a token, but
// not one with an invalid token.
func (e *Emulator) authenticate(c *call) error {
	header := hidden.Authorization(&c.Request)
	if c.Op.Security == openapi.Public || c.Op.Security == openapi.Optional && header == "" {
		return nil
	}
	scheme, bearer, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(bearer) == "" {
		return message.Unauthorized("a bearer token is required: Authorization: Bearer <token>")
	}
	if c.API.Name == "chat" && e.hidden.IsSession(c.HTTP.Context(), strings.TrimSpace(bearer)) {
		return nil
	}
	if err := e.tokens.Verify(c.HTTP.Context(), strings.TrimSpace(bearer), e.writes(c)); err != nil {
		return err
	}
	return authorizeOrganization(c)
}

// authorizeOrganization lets a call pass that is about the organization of the
// tokens. An operation with a parameter for the organization takes any.
func authorizeOrganization(c *call) error {
	const header = "X-Epilot-Org-Id"
	org := c.HTTP.Header.Get(header)
	declared := slices.ContainsFunc(c.Op.Params, func(p *openapi.Param) bool { return p.In == "header" && strings.EqualFold(p.Name, header) })
	if org == "" || org == sample.Organization || declared {
		return nil
	}
	return message.Refuse(http.StatusForbidden, "the bearer token belongs to organization %s, not to %s", sample.Organization, org)
}

// writes reports whether a request changes state: a POST that searches does not.
func (e *Emulator) writes(c *call) bool {
	switch c.Op.Method {
	case http.MethodGet, http.MethodHead:
		return false
	case http.MethodPost:
		path := c.Op.Path
		if at := strings.LastIndexAny(path, ":/"); at >= 0 {
			switch path[at+1:] {
			case "search", "list", "validate", "graph", "autocomplete", "downloadS3", "export":
				return false
			}
		}
		return !e.resources.Reads(c.API, c.Op)
	}
	return true
}

// sample returns a sample that follows the request's preferences and the options.
func (e *Emulator) sample(c *call) (*message.Response, error) {
	w := sample.Options{
		Accept:  strings.Join(c.HTTP.Header.Values("Accept"), ","),
		Example: c.prefer.example,
		Texts:   &e.texts,
	}
	if e.isDynamic(c) {
		var err error
		if w.Random, err = e.randomSource(c); err != nil {
			return nil, err
		}
	}
	a, err := w.Preferred(c.Op, c.prefer.code)
	if err != nil || a.Status >= http.StatusMultipleChoices {
		return a, err
	}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	if !c.Kept {
		a.Header.Set(sample.Header, sample.HeaderSample)
	}
	if content := message.JSONContent(c.Op); content != nil && a.MediaType == content.MediaType && c.prefer.example == "" {
		id := ""
		if c.Op.Method == http.MethodPost && a.Status == http.StatusCreated {
			if id, err = e.resources.NewID(a.Body); err != nil {
				return nil, err
			}
		}
		a.Body = sample.Personalize(&c.Request, content.Schema, a.Body, id)
	}
	return a, nil
}

// isDynamic reports whether a sample for this call is random.
func (e *Emulator) isDynamic(c *call) bool {
	if c.prefer.dynamic != nil {
		return *c.prefer.dynamic
	}
	return e.options.Dynamic
}

// randomSource returns the source of a random sample. With a seed, it depends on
// the request alone, so that earlier requests make no difference.
func (e *Emulator) randomSource(c *call) (*rand.Rand, error) {
	if e.options.Seed == nil {
		var state [16]byte
		if _, err := io.ReadFull(e.options.Random, state[:]); err != nil {
			return nil, err
		}
		return rand.New(rand.NewPCG(binary.NativeEndian.Uint64(state[:]), binary.NativeEndian.Uint64(state[8:]))), nil
	}
	hash := fnv.New64a()
	for _, word := range []string{c.API.Name, c.Op.ID, c.HTTP.URL.RequestURI()} {
		hash.Write([]byte(word + "\n"))
	}
	hash.Write(c.recorder.Bytes())
	return rand.New(rand.NewPCG(*e.options.Seed, hash.Sum64())), nil
}

// bodyRecorder is a request body that keeps the bytes read from it.
type bodyRecorder struct {
	io.ReadCloser
	text bytes.Buffer
}

func (h *bodyRecorder) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.text.Write(p[:max(0, min(n, check.MaxBody-h.text.Len()))])
	return n, err
}

// Bytes returns the bytes read so far, at most maxBody.
func (h *bodyRecorder) Bytes() []byte {
	if h == nil {
		return nil
	}
	return h.text.Bytes()
}

// recordBody records the request body from now on.
func (c *call) recordBody() {
	if c.recorder == nil && c.HTTP.Body != nil {
		c.recorder = &bodyRecorder{ReadCloser: c.HTTP.Body}
		c.HTTP.Body = c.recorder
	}
}

// drain reads the rest of a recorded body.
func (c *call) drain() {
	if c.recorder != nil {
		_, _ = io.CopyN(io.Discard, c.recorder, check.MaxBody) // a client that has gone away is not an error here
	}
}
