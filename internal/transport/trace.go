package transport

import (
	"net/http"
	"time"
)

// Exchange is one request and its answer as -v shows them: redacted.
type Exchange struct {
	Method, URL string
	Request     http.Header // as given; what net/http adds by itself is not here
	Proto       string      // "HTTP/1.1", "HTTP/2.0"; empty without an answer
	Status      int         // 0 without an answer
	Response    http.Header // nil without an answer
	Took        time.Duration
	Err         error // why there is no answer
}

type tracer struct {
	next     http.RoundTripper
	report   func(Exchange)
	now      func() time.Time
	redactor *Redactor
}

func (t *tracer) RoundTrip(req *http.Request) (*http.Response, error) {
	seen := Exchange{
		Method: req.Method, URL: t.redactor.URL(req.URL), Request: t.redactor.Header(req.Header),
	}
	if req.Host != "" && req.Host != req.URL.Host {
		seen.Request.Set("Host", t.redactor.Text(req.Host))
	}
	start := t.now()
	answer, err := t.next.RoundTrip(req)
	seen.Took, seen.Err = t.now().Sub(start), err
	if err == nil {
		seen.Proto, seen.Status = answer.Proto, answer.StatusCode
		seen.Response = t.redactor.Header(answer.Header)
	}
	t.report(seen)
	return answer, err
}
