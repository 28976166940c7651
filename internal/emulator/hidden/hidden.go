// Package hidden keeps state that no GET returns: the sessions of a chat, pairs of
// configurations, the integration of an app, the queue of an integration, the
// original of a template. Later requests depend on it.
package hidden

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Service serves the operations with hidden state.
type Service struct {
	Store  *store.Store
	Now    func() time.Time
	Random io.Reader
}

// Handlers returns the handlers by method and path.
func (s *Service) Handlers() map[string]message.Handler {
	all := s.chat()
	for _, more := range []map[string]message.Handler{s.pairs(), s.queue(), s.originals(), s.fileSession()} {
		maps.Copy(all, more)
	}
	return all
}

// collection is a collection whose name no path can have.
func collection(api, name string) store.Collection {
	return store.Collection{Name: api + "\x00=" + name}
}

// read decodes a stored value and reports whether there is one.
func read[T any](tx *bolt.Tx, from store.Collection, id string, into *T) bool {
	found := from.Get(tx, id)
	return found != nil && json.Unmarshal(found.Text, into) == nil
}

func write(tx *bolt.Tx, to store.Collection, id string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("cannot encode the state: %w", err)
	}
	return to.Put(tx, id, text)
}

// update changes the state; the response follows from it.
func (s *Service) update(c *message.Request, change func(*bolt.Tx) error) error {
	c.Kept = true
	return s.Store.Update(c.HTTP.Context(), change)
}

// view reads the state; it does nothing if there is none yet.
func (s *Service) view(ctx context.Context, look func(*bolt.Tx)) error {
	return s.Store.View(ctx, func(tx *bolt.Tx) error {
		look(tx)
		return nil
	})
}

// isSample reports whether a documented body of the operation contains the value,
// so that it is accepted without state.
func isSample(c *message.Request, value string) bool {
	body := c.Op.Body.JSON()
	return slices.ContainsFunc([]string{
		schema.SampleFor(body, false, schema.Request), schema.SampleFor(body, true, schema.Request),
		schema.Example("", body, false), schema.Example("", body, true),
	}, func(text string) bool { return slices.Contains(object.Leaves(jsontext.Value(text)), value) })
}
