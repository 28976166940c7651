package hidden

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// The queue of an integration has the events of the event catalog for which it has
// an outbound use case that polls. A poll leases the first messages until they are
// acknowledged or the lease ends. A message that was delivered too often becomes a
// dead letter, or blocks the queue until an operator removes it.

const (
	leaseLifetime   = 5 * time.Minute
	defaultBatch    = 10
	defaultAttempts = 5
)

func (s *Service) queue() map[string]message.Handler {
	const queue = "POST /v1/integrations/{integrationId}/outbound/messages/"
	return map[string]message.Handler{queue + "poll": s.poll, queue + "ack": s.acknowledge, queue + "unblock": s.unblock, "POST /v1/erp/tracking/acknowledgement": s.endTracking}
}

// queueState is what is kept of a queue.
type queueState struct {
	Done     map[string]bool `json:"done"`     // acknowledged or dead, by message
	Attempts map[string]int  `json:"attempts"` // deliveries, by message
	Leased   []string        `json:"leased"`   // the messages of the lease that are not acknowledged
	Token    string          `json:"token"`
	Until    int64           `json:"until"` // Unix seconds
}

type queueMessage struct {
	ID       string         `json:"id"`
	Lease    string         `json:"lease_token"`
	UseCase  string         `json:"use_case_id"`
	Event    string         `json:"event_name"`
	EventID  string         `json:"event_id"`
	Group    string         `json:"group"`
	Payload  map[string]any `json:"payload"`
	Enqueued string         `json:"enqueued_at"`

	policy delivery
}

type delivery struct {
	Type     string `json:"type"`
	Policy   string `json:"poison_policy"`
	Attempts int    `json:"max_delivery_attempts"`
}

type useCase struct {
	Type    string `json:"type"`
	Enabled bool   `json:"enabled"`
	Config  struct {
		Event    string `json:"event_catalog_event"`
		Mappings []struct {
			Delivery delivery `json:"delivery"`
		} `json:"mappings"`
	} `json:"configuration"`
}

// pending returns the messages that are neither acknowledged nor dead, in order.
func pending(tx *bolt.Tx, integration string, state *queueState) []queueMessage {
	var all []queueMessage
	useCases := store.Collection{Name: "integration-toolkit\x00integration/" + url.PathEscape(integration) + "/use-case"}
	useCases.Each(tx, func(item *store.Item) bool {
		var u useCase
		if json.Unmarshal(item.Text, &u) != nil || u.Type != "outbound" || !u.Enabled {
			return true
		}
		for _, mapping := range u.Config.Mappings {
			if mapping.Delivery.Type == "poll" {
				all = append(all, eventsFor(tx, item.Id, u.Config.Event, mapping.Delivery)...)
				break
			}
		}
		return true
	})
	all = slices.DeleteFunc(all, func(m queueMessage) bool { return state.Done[m.ID] })
	slices.SortStableFunc(all, func(a, b queueMessage) int { return strings.Compare(a.Enqueued, b.Enqueued) })
	return all
}

// eventsFor returns the messages of a use case.
func eventsFor(tx *bolt.Tx, id, event string, policy delivery) []queueMessage {
	if policy.Attempts == 0 {
		policy.Attempts = defaultAttempts
	}
	var all []queueMessage
	history := store.Collection{Name: "event-catalog\x00event/" + url.PathEscape(event) + "/history"}
	history.Each(tx, func(item *store.Item) bool {
		var payload map[string]any
		if json.Unmarshal(item.Text, &payload) == nil {
			at, _ := payload["_event_time"].(string)
			all = append(all, queueMessage{ID: "msg_" + item.Id + "_" + id, UseCase: id, Event: event, EventID: item.Id, Group: "0", Payload: payload, Enqueued: at, policy: policy})
		}
		return true
	})
	return all
}

// change changes the state of a request's queue.
func (s *Service) change(c *message.Request, f func(tx *bolt.Tx, state *queueState, all []queueMessage) error) error {
	id := c.Path["integrationId"]
	queues := collection("integration-toolkit", "queue")
	return s.update(c, func(tx *bolt.Tx) error {
		state := &queueState{}
		read(tx, queues, id, state)
		if state.Done == nil {
			state.Done, state.Attempts = map[string]bool{}, map[string]int{}
		}
		if err := f(tx, state, pending(tx, id, state)); err != nil {
			return err
		}
		return write(tx, queues, id, state)
	})
}

func (s *Service) poll(c *message.Request) (*message.Response, error) {
	limit, err := strconv.Atoi(c.Value("limit"))
	if err != nil {
		limit = defaultBatch
	}
	token, err := resource.NewUUID(s.Random)
	if err != nil {
		return nil, err
	}
	batch, more := []queueMessage{}, false
	err = s.change(c, func(tx *bolt.Tx, state *queueState, all []queueMessage) error {
		batch, more = []queueMessage{}, false
		if len(state.Leased) > 0 && s.Now().Unix() < state.Until {
			return nil
		}
		state.Leased, state.Token, state.Until = nil, "lt_"+token, s.Now().Add(leaseLifetime).Unix()
		for _, m := range all {
			if state.Attempts[m.ID] >= m.policy.Attempts {
				if m.policy.Policy == "block" {
					break
				}
				if err := s.bury(tx, c, state, m, "max_delivery_attempts"); err != nil {
					return err
				}
				continue
			}
			if more = len(batch) == limit; more {
				break
			}
			state.Attempts[m.ID]++
			state.Leased = append(state.Leased, m.ID)
			m.Lease = state.Token
			batch = append(batch, m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusOK, map[string]any{"messages": batch, "visibility_timeout_seconds": int(leaseLifetime.Seconds()), "has_more": more})
}

// bury makes a message a dead letter.
func (s *Service) bury(tx *bolt.Tx, c *message.Request, state *queueState, m queueMessage, reason string) error {
	state.Done[m.ID] = true
	letters := store.Collection{Name: "integration-toolkit\x00integration/" + url.PathEscape(c.Path["integrationId"]) + "/outbound/message/dlq"}
	return write(tx, letters, m.ID, map[string]any{
		"id": m.ID, "use_case_id": m.UseCase, "event_name": m.Event, "event_id": m.EventID, "enqueued_at": m.Enqueued,
		"dead_lettered_at": s.Now().UTC().Format(message.TimeFormat), "delivery_attempts": state.Attempts[m.ID], "reason": reason,
	})
}

// acknowledge accepts the messages of the lease in their order.
func (s *Service) acknowledge(c *message.Request) (*message.Response, error) {
	type result struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Reason string `json:"reason,omitempty"`
	}
	var request struct {
		Acks []struct {
			ID    string `json:"id"`
			Lease string `json:"lease_token"`
		} `json:"acks"`
	}
	if err := json.Unmarshal(c.Raw, &request); err != nil {
		return nil, message.Refuse(http.StatusBadRequest, "body: %s", err)
	}
	var results []result
	err := s.change(c, func(_ *bolt.Tx, state *queueState, all []queueMessage) error {
		results = nil
		for _, ack := range request.Acks {
			reason := ""
			switch {
			case !slices.ContainsFunc(all, func(m queueMessage) bool { return m.ID == ack.ID && !state.Done[m.ID] }):
				reason = "not_found"
			case ack.Lease != state.Token || s.Now().Unix() >= state.Until:
				reason = "stale_lease"
			case len(state.Leased) == 0 || state.Leased[0] != ack.ID:
				reason = "out_of_order"
			}
			if reason != "" {
				results = append(results, result{ack.ID, "rejected", reason})
				continue
			}
			state.Done[ack.ID], state.Leased = true, state.Leased[1:]
			results = append(results, result{ack.ID, "accepted", ""})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusOK, map[string]any{"results": results})
}

// unblock makes the message that blocks the queue a dead letter.
func (s *Service) unblock(c *message.Request) (*message.Response, error) {
	response := map[string]any{}
	err := s.change(c, func(tx *bolt.Tx, state *queueState, all []queueMessage) error {
		response = map[string]any{"unblocked": false}
		if len(all) == 0 || all[0].policy.Policy != "block" || state.Attempts[all[0].ID] < all[0].policy.Attempts {
			return nil
		}
		response = map[string]any{"unblocked": true, "dead_lettered_id": all[0].ID}
		state.Leased = nil
		reason := c.Value("reason")
		if reason == "" {
			reason = "skipped"
		}
		return s.bury(tx, c, state, all[0], reason)
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusOK, response)
}

// endTracking removes the "_ack_id" of an event, which then counts as received.
func (s *Service) endTracking(c *message.Request) (*message.Response, error) {
	id := c.Value("ack_id")
	if id == "" {
		return nil, nil // the body is optional
	}
	found := isSample(c, id)
	err := s.update(c, func(tx *bolt.Tx) error {
		for _, history := range store.Collections(tx) {
			if !strings.HasPrefix(history.Name, "event-catalog\x00event/") {
				continue
			}
			event, key := jsonx.Object(nil), ""
			history.Each(tx, func(item *store.Item) bool {
				members, _ := jsonx.ParseObject(item.Text)
				if jsonx.Unquote(members.Get("_ack_id")) == id {
					event, key = members.Without("_ack_id"), item.Id
				}
				return event == nil
			})
			if event != nil {
				found = true
				return history.Put(tx, key, event.Text())
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, message.Refuse(http.StatusNotFound, "no event waits for the acknowledgement %q", id)
	}
	return message.JSON(http.StatusOK, map[string]string{"message": "The event is acknowledged"})
}
