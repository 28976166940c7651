package hidden

import (
	"bytes"
	"net/http"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/store"
)

// The first version of an email template is its original.

var (
	templates = store.Collection{Name: "email-template\x00email-template/template"}
	originals = collection("email-template", "original")
)

func (s *Service) originals() map[string]message.Handler {
	return map[string]message.Handler{
		"PUT /v1/email-template/templates/{id}":    s.keepOriginal,
		"POST /v1/email-template/templates:revert": s.revert,
	}
}

// keepOriginal copies a template before its first change, which is then carried
// out as any other. One that is not stored has no text yet: it is a sample.
func (s *Service) keepOriginal(c *message.Request) (*message.Response, error) {
	id := c.Path["id"]
	return nil, s.Store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		stored := templates.Get(tx, id)
		if stored == nil || originals.Get(tx, id) != nil {
			return nil
		}
		return originals.Put(tx, id, bytes.Clone(stored.Text))
	})
}

func (s *Service) revert(c *message.Request) (*message.Response, error) {
	id := c.Value("email_template_id")
	if id == "" {
		return nil, nil // the body is optional
	}
	err := s.update(c, func(tx *bolt.Tx) error {
		original := originals.Get(tx, id)
		switch {
		case original != nil:
			return templates.Put(tx, id, bytes.Clone(original.Text))
		case templates.Get(tx, id) == nil && !isSample(c, id):
			return message.Refuse(http.StatusNotFound, "no template has the id %q", id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &message.Response{Status: http.StatusOK}, nil
}

// sessionCookie is the cookie with which a browser fetches previews.
const sessionCookie = "token"

func (s *Service) fileSession() map[string]message.Handler {
	cookie := func(c *message.Request, value string, age int) (*message.Response, error) {
		c.Kept = true
		set := http.Cookie{Name: sessionCookie, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: age}
		return &message.Response{Status: http.StatusOK, Header: http.Header{"Set-Cookie": {set.String()}}}, nil
	}
	return map[string]message.Handler{
		"GET /v1/files/session": func(c *message.Request) (*message.Response, error) {
			_, bearer, _ := strings.Cut(Authorization(c), " ")
			return cookie(c, strings.TrimSpace(bearer), 0)
		},
		"DELETE /v1/files/session": func(c *message.Request) (*message.Response, error) { return cookie(c, "", -1) },
	}
}

// Authorization returns the Authorization header of a request, or that for the
// cookie of a file session. The cookie is good for reading files only, so that
// another web page cannot write with it.
func Authorization(c *message.Request) string {
	header := c.HTTP.Header.Get("Authorization")
	if header != "" || c.API.Name != "file" || c.Op.Method != http.MethodGet {
		return header
	}
	if cookie, err := c.HTTP.Cookie(sessionCookie); err == nil {
		return "Bearer " + cookie.Value
	}
	return ""
}
