package paging

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
)

// set returns the request with another value, a JSON text, at the knob.
func (k knob) set(req *http.Request, raw string) (*http.Request, error) {
	if !k.inBody {
		other, err := again(req)
		if err == nil {
			other.URL.RawQuery = setQuery(req.URL.RawQuery, k.name, plain([]byte(raw)))
		}
		return other, err
	}
	text, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	members, ok := objectOf(text)
	if !ok {
		return nil, failure.New(failure.Usage, "--all needs a body that is a JSON object, to set %q in it", k.name)
	}
	other := req.Clone(req.Context())
	setBody(other, join(members, k.name, raw))
	return other, nil
}

// get is the knob's value in the request as a number, or otherwise.
func (k knob) get(req *http.Request, otherwise int) int {
	if k.name == "" {
		return otherwise
	}
	text := req.URL.Query().Get(k.name)
	if k.inBody {
		body, _ := bodyOf(req)
		members, _ := objectOf(body)
		text = string(value(members, k.name))
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}

// setQuery replaces the pairs of a name and leaves the others as they are.
func setQuery(query, name, text string) string {
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if plainKey, err := url.QueryUnescape(key); pair != "" && (err != nil || plainKey != name) {
			pairs = append(pairs, pair)
		}
	}
	escaped := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	return strings.Join(append(pairs, url.QueryEscape(name)+"="+escaped), "&")
}

// join writes an object with one member set anew.
func join(members []member, name, raw string) []byte {
	text, put := []byte{'{'}, false
	add := func(name string, raw []byte) {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text, _ = jsontext.AppendQuote(text, name)
		text = append(append(text, ':'), raw...)
	}
	for _, m := range members {
		if m.name == name {
			m.raw, put = []byte(raw), true
		}
		add(m.name, m.raw)
	}
	if !put {
		add(name, []byte(raw))
	}
	return append(text, '}')
}

// bodyOf is the request's body, an empty object where there is none.
func bodyOf(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return []byte("{}"), nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return bytes.TrimSpace(text), err
}

func setBody(req *http.Request, text []byte) {
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	req.Body, _ = req.GetBody()
	req.ContentLength = int64(len(text))
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
}

// again is the request with a body that was not read yet.
func again(req *http.Request) (*http.Request, error) {
	other := req.Clone(req.Context())
	if req.GetBody == nil || req.Body == nil || req.Body == http.NoBody {
		return other, nil
	}
	body, err := req.GetBody()
	other.Body = body
	return other, err
}

// link leads to a URL that the server named, on the same server only: the
// request carries credentials.
func link(req *http.Request, target string) (*http.Request, error) {
	to, err := req.URL.Parse(target)
	if err != nil {
		return nil, failure.New(failure.Network, "the link to the next page is not a URL")
	}
	if to.Scheme != req.URL.Scheme || !strings.EqualFold(to.Host, req.URL.Host) || to.User != nil {
		return nil, failure.New(failure.Network, "the link to the next page leads to another server, %s", to.Host).
			Hintf("nothing was sent there; what is written until here is not complete")
	}
	other, err := again(req)
	if err == nil {
		other.URL = to
		other.URL.Fragment = ""
	}
	return other, err
}
