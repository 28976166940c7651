package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// Tokens is the access-token service.
type Tokens struct {
	store      *store.Store
	issuer     string
	now        func() time.Time
	random     io.Reader
	signatures signatureCache
}

// Handlers returns the handlers of the token operations, by method and path template.
func (t *Tokens) Handlers() map[string]message.Handler {
	found := map[string]message.Handler{
		"POST " + creationPath:             t.create,
		"GET " + creationPath:              t.list,
		"DELETE " + creationPath + "/{id}": t.revoke,
	}
	for _, use := range purposes() {
		found["GET "+issuerPath(use)+"/.well-known/jwks.json"] = t.keySet(use)
		found["GET "+issuerPath(use)+"/.well-known/openid-configuration"] = t.discovery(use)
	}
	return found
}

func (t *Tokens) list(c *message.Request) (*message.Response, error) {
	var all []storedToken
	err := t.store.View(c.HTTP.Context(), func(tx *bolt.Tx) (err error) {
		all, err = t.records(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	wanted := c.Query["token_type"]
	items := []tokenItem{}
	for _, r := range all {
		if !r.System && (len(wanted) == 0 || slices.Contains(wanted, r.Item.TokenType)) {
			items = append(items, r.Item)
		}
	}
	return message.JSON(message.SuccessStatus(c.Op), items)
}

func (t *Tokens) revoke(c *message.Request) (*message.Response, error) {
	id := c.Path["id"]
	r, err := t.removeToken(c.HTTP.Context(), id)
	if err != nil {
		return nil, err
	}
	if r != nil {
		return message.JSON(message.SuccessStatus(c.Op), r.Item)
	}
	// Sample calls in the documentation use the id of their sample response.
	if sample := sample.Default(c.Op); sampleID(sample) == id {
		return sample, nil
	}
	return nil, message.Refuse(http.StatusNotFound, "no access token has the id %q", id)
}

// removeToken removes a record and returns it, or nil if it does not exist.
func (t *Tokens) removeToken(ctx context.Context, id string) (*storedToken, error) {
	var taken *storedToken
	err := t.store.Update(ctx, func(tx *bolt.Tx) error {
		var r storedToken
		found, err := t.store.Get(tx, tokenBucket, id, &r)
		if err != nil || !found {
			return err
		}
		taken = &r
		return t.store.Remove(tx, tokenBucket, id)
	})
	return taken, err
}

// sampleID returns the "id" of a sample response, or "".
func sampleID(a *message.Response) string {
	var named struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(a.Body, &named) != nil {
		return ""
	}
	return named.ID
}

// New returns the token service of a state. It reads nothing.
func New(state *store.Store, issuer string, now func() time.Time, random io.Reader) *Tokens {
	return &Tokens{store: state, issuer: issuer, now: now, random: random}
}

// creationPath is the path of token creation.
const creationPath = "/v1/access-tokens"

// IsTokenCreation reports whether the operation creates access tokens.
func IsTokenCreation(op *openapi.Operation) bool {
	return op.Method == http.MethodPost && op.Path == creationPath
}

// NewToken creates a token from the body of a create request; issue signs and
// stores it.
func (t *Tokens) NewToken(body any) (id string, issue func(*bolt.Tx) error, err error) {
	r, err := t.newRecord(body)
	if err != nil {
		return "", nil, err
	}
	return r.Item.ID, func(tx *bolt.Tx) error {
		_, err := t.issue(tx, r)
		return err
	}, nil
}

// bootstrapToken is the mock's own token in the state file: created once, so that
// a command need not sign.
type bootstrapToken struct {
	ID     string `json:"id"`
	Issuer string `json:"issuer"`
	Token  string `json:"token"`
}

const bootstrapKey = "bootstrap"

func (t *Tokens) BootstrapToken() (string, error) {
	ctx := context.Background()
	token := ""
	err := t.store.View(ctx, func(tx *bolt.Tx) (err error) {
		token, err = t.currentBootstrap(tx)
		return err
	})
	if err != nil || token != "" {
		return token, err
	}
	err = t.store.Update(ctx, func(tx *bolt.Tx) (err error) {
		if token, err = t.currentBootstrap(tx); err != nil || token != "" {
			return err // another process was faster
		}
		token, err = t.createBootstrap(tx)
		return err
	})
	return token, err
}

// currentBootstrap returns the stored token if it has this issuer and is not
// revoked, otherwise "".
func (t *Tokens) currentBootstrap(tx *bolt.Tx) (string, error) {
	var bootstrap bootstrapToken
	found, err := t.store.Get(tx, systemBucket, bootstrapKey, &bootstrap)
	if err != nil || !found || bootstrap.Issuer != t.issuer {
		return "", err
	}
	found, err = t.store.Get(tx, tokenBucket, bootstrap.ID, &storedToken{})
	if err != nil || !found {
		return "", err
	}
	return bootstrap.Token, nil
}

// createBootstrap creates and stores a bootstrap token.
func (t *Tokens) createBootstrap(tx *bolt.Tx) (string, error) {
	r, err := t.newStoredToken("local epilot", "api", t.now().UTC())
	if err != nil {
		return "", err
	}
	r.System = true
	r.Item.Assignments = []string{sample.Organization + ":owner"}
	token, err := t.issue(tx, r)
	if err != nil {
		return "", err
	}
	return token, t.store.Put(tx, systemBucket, bootstrapKey, bootstrapToken{r.Item.ID, t.issuer, token})
}

const (
	day  = 24 * time.Hour
	year = 36525 * day / 100 // Julian: 365.25 days

	longestLifetime = 100 * year
)

// parseLifetime parses "expires_in": a number of seconds, or a duration string
// such as "1h", "7 days" or "500ms". A string without a unit is in seconds.
func parseLifetime(value any) (time.Duration, error) {
	switch present := value.(type) {
	case json.Number:
		return scale(present.String(), time.Second)
	case string:
		return parsePeriod(present)
	}
	return 0, errors.New(`must be seconds, or a duration such as "1h" or "7 days"`)
}

func parsePeriod(text string) (time.Duration, error) {
	unit := strings.TrimLeft(text, "0123456789")
	count := text[:len(text)-len(unit)]
	size := unitSize(strings.ToLower(strings.TrimPrefix(unit, " ")))
	if count == "" || size == 0 {
		return 0, fmt.Errorf(`%q is not a duration such as "1h", "7 days" or "500ms"`, text)
	}
	return scale(count, size)
}

func scale(count string, unit time.Duration) (time.Duration, error) {
	number, err := strconv.ParseFloat(count, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%q is not a number", count)
	}
	switch {
	case number < 0:
		return 0, errors.New("must not be negative")
	case number*float64(unit) > float64(longestLifetime):
		return 0, errors.New("must be at most 100 years")
	}
	return time.Duration(number * float64(unit)), nil
}

// unitSize returns the length of a unit by its short or long name, 0 if it is unknown.
func unitSize(unit string) time.Duration {
	switch unit {
	case "ms", "msec", "msecs", "millisecond", "milliseconds":
		return time.Millisecond
	case "", "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return day
	case "w", "week", "weeks":
		return 7 * day
	case "y", "yr", "yrs", "year", "years":
		return year
	}
	return 0
}
