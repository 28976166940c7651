package emulator

import (
	"net/url"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/transport"
)

// log records a served request; refused is the reason for a refusal, or nil.
func (e *Emulator) log(c *call, status int, began time.Time, refused error) {
	if e.options.Log == nil && e.options.Record == nil && !e.options.Admin {
		return
	}
	u := c.HTTP.URL
	entry := Entry{
		Method: c.HTTP.Method, Path: e.loggedPath(c), Status: status,
		Duration: e.options.Now().Sub(began), Fault: c.injected,
	}
	if c.Op != nil {
		entry.API, entry.Operation = c.API.Name, c.Op.ID
	}
	if c.fault != nil && c.fault.Kind == faults.Reset {
		entry.Status = 0
	}
	if e.options.Log != nil {
		e.options.Log(entry)
	}
	if e.options.Admin && !strings.HasPrefix(u.Path, adminPrefix) {
		e.requests.add(entry, began, e.reason(c, refused))
	}
	if e.options.Record != nil {
		e.options.Record(Exchange{Entry: entry, Began: began, Query: u.RawQuery, Header: c.HTTP.Header, Body: c.recorder.Bytes()})
	}
}

// reason returns why a request was refused, or "".
func (e *Emulator) reason(c *call, refused error) string {
	if refused == nil {
		return ""
	}
	return e.withoutSecrets(c, refused.Error())
}

// loggedPath returns the path of a request with secrets redacted.
func (e *Emulator) loggedPath(c *call) string {
	return e.withoutSecrets(c, c.HTTP.URL.EscapedPath())
}

// withoutSecrets redacts text about a request: the caller's token, path and query
// parameters with the name of a secret, and anything that looks like a secret.
func (e *Emulator) withoutSecrets(c *call, text string) string {
	hide := func(secret string) {
		if len(secret) >= 8 && len(secret) <= len(text) {
			text = strings.ReplaceAll(text, secret, transport.Hidden)
			text = strings.ReplaceAll(text, url.PathEscape(secret), transport.Hidden)
		}
	}
	if _, token, ok := strings.Cut(c.HTTP.Header.Get("Authorization"), " "); ok {
		hide(strings.TrimSpace(token))
	}
	for name, value := range c.Path {
		if convention.IsSecret(name) {
			hide(value)
		}
	}
	for name, values := range c.Query {
		if convention.IsSecret(name) {
			hide(strings.Join(values, ","))
		}
	}
	return e.redact.Text(text)
}
