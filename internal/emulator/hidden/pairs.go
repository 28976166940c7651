package hidden

import (
	"net/http"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
)

// Two kinds of pairs: the lineage of a configuration names its counterpart in
// another organization, and the mapping of an app names its integration.

var (
	lineages    = collection("configuration-hub", "lineage")
	appMappings = collection("integration-toolkit", "app-mapping")
)

func (s *Service) pairs() map[string]message.Handler {
	const mapping = " /v1/integrations/{integrationId}/app-mapping"
	return map[string]message.Handler{
		"POST /v1/configs/lineage":    s.confirmLineage,
		"DELETE /v1/configs/lineage":  s.breakLineage,
		"PUT" + mapping:               s.mapApp,
		"DELETE" + mapping:            s.unmapApp,
		"POST /v1/erp/updates/events": s.mappedEvents,
	}
}

// confirmLineage keeps the counterpart of a configuration, which has only one.
func (s *Service) confirmLineage(c *message.Request) (*message.Response, error) {
	entry, _ := c.Body.(map[string]any)
	entry["target_org_id"], entry["origin"] = sample.Organization, "manual"
	entry["last_synced_at"] = s.Now().UTC().Format(message.TimeFormat)
	key := c.Value("type") + "\n" + c.Value("source_id")
	err := s.update(c, func(tx *bolt.Tx) error {
		var was map[string]any
		if read(tx, lineages, key, &was) && was["target_id"] != entry["target_id"] {
			return message.Refuse(http.StatusConflict, "the source already has the target %v", was["target_id"])
		}
		return write(tx, lineages, key, entry)
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusCreated, entry)
}

func (s *Service) breakLineage(c *message.Request) (*message.Response, error) {
	key, deleted := c.Value("type")+"\n"+c.Value("source_id"), false
	err := s.update(c, func(tx *bolt.Tx) error {
		deleted = lineages.Get(tx, key) != nil
		return lineages.Remove(tx, key)
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusOK, map[string]bool{"deleted": deleted})
}

type appMapping struct {
	Integration string `json:"integration_id"`
}

func appKey(c *message.Request) string { return c.Value("app_id") + "/" + c.Value("component_id") }

func (s *Service) mapApp(c *message.Request) (*message.Response, error) {
	mapping := appMapping{c.Path["integrationId"]}
	err := s.update(c, func(tx *bolt.Tx) error {
		var was appMapping
		if read(tx, appMappings, appKey(c), &was) && was != mapping && c.Value("overwrite") != "true" {
			return message.Refuse(http.StatusConflict, "the app is mapped to the integration %s; use overwrite", was.Integration)
		}
		return write(tx, appMappings, appKey(c), mapping)
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusOK, mapping)
}

func (s *Service) unmapApp(c *message.Request) (*message.Response, error) {
	err := s.update(c, func(tx *bolt.Tx) error { return appMappings.Remove(tx, appKey(c)) })
	if err != nil {
		return nil, err
	}
	return message.JSON(http.StatusOK, map[string]string{"message": "The mapping was removed"})
}

// mappedEvents names the integration of the app in the body; the events are then
// kept as those that name it themselves. Without a mapping, the response is a sample.
func (s *Service) mappedEvents(c *message.Request) (*message.Response, error) {
	var mapping appMapping
	err := s.view(c.HTTP.Context(), func(tx *bolt.Tx) { read(tx, appMappings, appKey(c), &mapping) })
	if body, ok := c.Body.(map[string]any); err == nil && ok && mapping.Integration != "" {
		body["integration_id"] = mapping.Integration
		c.Raw = object.Encode(body)
	}
	return nil, err
}
