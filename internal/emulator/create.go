package emulator

import (
	"net/http"
	"time"

	bolt "go.etcd.io/bbolt"
)

// created is what the creation answers: the only time the token is shown.
type created struct {
	Token string `json:"token"`
	item
}

func (t *tokens) create(c *call) (*answer, error) {
	r, err := t.newRecord(c.body)
	if err != nil {
		return nil, err
	}
	var token string
	err = t.store.update(c.request.Context(), func(tx *bolt.Tx) error {
		token, err = t.issue(tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return jsonAnswer(successStatus(c.op), created{Token: token, item: r.Item})
}

// issue signs a token for the record and keeps the record.
func (t *tokens) issue(tx *bolt.Tx, r *record) (string, error) {
	token, err := t.sign(tx, r)
	if err != nil {
		return "", err
	}
	return token, t.store.add(tx, r)
}

// newRecord makes a record of a body that has passed the schema.
func (t *tokens) newRecord(body any) (*record, error) {
	params, _ := body.(map[string]any)
	if text(params, "name") == "" {
		return nil, refuse(http.StatusBadRequest, `body: "name" is required`)
	}
	now := t.now().UTC()
	r, err := t.blank(text(params, "name"), text(params, "token_type"), now)
	if err != nil {
		return nil, err
	}
	r.Item.take(params)
	if period, given := params["expires_in"]; given {
		lifetime, err := parseLifetime(period)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "body: $.expires_in: %s", err)
		}
		r.Expires = now.Add(lifetime)
		r.Item.ExpiresAt = r.Expires.Format(timeForm)
	}
	return r, nil
}

// take sets what the body says of the token.
func (i *item) take(params map[string]any) {
	i.JourneyID, i.PortalID = text(params, "journey_id"), text(params, "portal_id")
	i.PortalUserID, i.ContactID = text(params, "portal_user_id"), text(params, "contact_id")
	i.AllowedOperations, i.Assignments = texts(params, "allowed_operations"), texts(params, "assignments")
	i.ReadOnly, i.Anonymize = params["read_only"] == true, params["anonymize"] == true
}

const timeForm = "2006-01-02T15:04:05.000Z" // of times in UTC

// blank is a record with a new id; without a type it is an "api" token.
func (t *tokens) blank(name, tokenType string, now time.Time) (*record, error) {
	id, err := newID(t.random)
	if err != nil {
		return nil, err
	}
	if tokenType == "" {
		tokenType = "api"
	}
	return &record{Item: item{
		ID: id, CreatedAt: now.Format(timeForm), Name: name, TokenType: tokenType,
	}}, nil
}

// text is a member that is a string, else "".
func text(params map[string]any, name string) string {
	word, _ := params[name].(string)
	return word
}

// texts is a member that is an array of strings, nil where it is absent.
func texts(params map[string]any, name string) []string {
	list, given := params[name].([]any)
	if !given {
		return nil
	}
	words := make([]string, 0, len(list))
	for _, value := range list {
		if word, ok := value.(string); ok {
			words = append(words, word)
		}
	}
	return words
}
