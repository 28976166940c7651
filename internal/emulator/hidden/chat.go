package hidden

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// A website gets a grant, exchanges it once for a session, and sends messages with
// the token of the session. A message that is sent again gets the same response.

const (
	grantLifetime   = time.Minute
	sessionLifetime = 30 * time.Minute
)

var (
	chatGrants   = collection("chat", "grant")
	chatSessions = collection("chat", "session")
	chatMessages = collection("chat", "message")
)

type lease struct {
	Until int64 `json:"until"` // Unix seconds
}

func (s *Service) chat() map[string]message.Handler {
	return map[string]message.Handler{
		"POST /v1/bootstrap": s.chatGrant,
		"POST /v1/sessions":  s.chatSession,
		"POST /v1/messages":  s.chatMessage,
	}
}

// secret returns 256 random bits in base64url, the documented form of a grant.
func (s *Service) secret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", fmt.Errorf("making a token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// digest returns the key under which a secret is kept: the state and the page of
// the mock show keys.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (s *Service) chatGrant(c *message.Request) (*message.Response, error) {
	grant, err := s.secret()
	if err != nil {
		return nil, err
	}
	err = s.update(c, func(tx *bolt.Tx) error {
		return write(tx, chatGrants, digest(grant), lease{s.Now().Add(grantLifetime).Unix()})
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusCreated, map[string]any{"grant": grant, "expires_in": int(grantLifetime.Seconds()), "widget_origin": "https://widget.invalid"})
}

func (s *Service) chatSession(c *message.Request) (*message.Response, error) {
	conversation, err := resource.NewUUID(s.Random)
	if err != nil {
		return nil, err
	}
	token, err := s.secret()
	if err != nil {
		return nil, err
	}
	grant, until := c.Value("grant"), s.Now().Add(sessionLifetime).Unix()
	err = s.update(c, func(tx *bolt.Tx) error {
		var known lease
		isKnown := read(tx, chatGrants, digest(grant), &known) && s.Now().Unix() <= known.Until
		if !isKnown && !isSample(c, grant) {
			return message.Refuse(http.StatusUnauthorized, "INVALID_GRANT: the grant is unknown, used or expired")
		}
		if err := chatGrants.Remove(tx, digest(grant)); err != nil {
			return err
		}
		return write(tx, chatSessions, digest(token), lease{until})
	})
	if err != nil {
		return nil, err
	}
	session, _ := jsonx.ParseObject([]byte(sample.Text(message.JSONContent(c.Op))))
	session = session.With("token", object.Quote(token)).With("conversation_id", object.Quote(conversation)).With("expires_at", object.Encode(until))
	return &message.Response{Status: http.StatusCreated, MediaType: "application/json", Body: session.Text()}, nil
}

// IsSession reports whether a token is that of an open chat session.
func (s *Service) IsSession(ctx context.Context, token string) bool {
	var known lease
	found := false
	_ = s.view(ctx, func(tx *bolt.Tx) { found = read(tx, chatSessions, digest(token), &known) }) // then the token is not valid
	return found && s.Now().Unix() <= known.Until
}

// chatMessage returns the response to a message as server-sent events.
func (s *Service) chatMessage(c *message.Request) (*message.Response, error) {
	id, text := c.Value("request_id"), "You wrote: "+c.Value("message")
	key := digest(c.HTTP.Header.Get("Authorization")) + "/" + id
	err := s.update(c, func(tx *bolt.Tx) error {
		var was map[string]any
		if read(tx, chatMessages, key, &was) && jsonText(was) != jsonText(c.Body) {
			return message.Refuse(http.StatusConflict, "REQUEST_CONFLICT: another message has the request_id %q", id)
		}
		return write(tx, chatMessages, key, c.Body)
	})
	if err != nil {
		return nil, err
	}
	var events strings.Builder
	for _, kind := range []string{"delta", "complete"} {
		events.WriteString("data: " + jsonText(map[string]any{"type": kind, "text": text, "request_id": id}) + "\n\n")
	}
	return &message.Response{Status: http.StatusOK, MediaType: "text/event-stream", Body: []byte(events.String())}, nil
}

// jsonText returns a JSON value with its members in order.
func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
