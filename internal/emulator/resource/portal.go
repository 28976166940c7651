package resource

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// The email templates of a portal are a document: an object of template ids.
const portalTemplatesPath = "portal/email-templates/"

// portalTemplates returns the handlers of the operations that change the email
// templates of several portals, by method and path.
func (r *Service) portalTemplates() map[string]message.Handler {
	return map[string]message.Handler{
		"POST /v3/portal/email-templates:migrate-references": r.migrateTemplates,
		"POST /v3/portal/config/swap":                        r.swapTemplates,
	}
}

// migrateTemplates replaces the id of a template in all portals.
func (r *Service) migrateTemplates(c *message.Request) (*message.Response, error) {
	from, to := c.Object().Get("source_template_id"), c.Object().Get("destination_template_id")
	var portals []jsontext.Value
	err := r.update(c, func(tx *bolt.Tx) error {
		portals = nil
		changed := map[string]jsonx.Object{}
		documents(c.API).Each(tx, func(item *store.Item) bool {
			id, is := strings.CutPrefix(item.Id, portalTemplatesPath)
			templates, _ := jsonx.ParseObject(bytes.Clone(item.Text))
			for i, m := range templates {
				if is && bytes.Equal(m.Value, from) {
					templates[i].Value = bytes.Clone(to)
					changed[item.Id] = templates
				}
			}
			if changed[item.Id] != nil {
				portals = append(portals, object.Quote(id))
			}
			return true
		})
		for path, templates := range changed {
			if err := documents(c.API).Put(tx, path, templates.Text()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(portals) == 0 {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, jsonx.Object{
		{Name: "migrated_portal_count", Value: number(len(portals))},
		{Name: "migrated_portal_ids", Value: jsonx.ArrayOf(portals)},
		{Name: "failed_portal_ids", Value: jsontext.Value("[]")},
	}.Text()), nil
}

// swapTemplates exchanges the email templates of two portals.
func (r *Service) swapTemplates(c *message.Request) (*message.Response, error) {
	one := portalTemplatesPath + jsonx.Unquote(c.Object().Get("source_portal_id"))
	other := portalTemplatesPath + jsonx.Unquote(c.Object().Get("target_portal_id"))
	stored := false
	err := r.update(c, func(tx *bolt.Tx) error {
		texts := map[string][]byte{one: []byte("{}"), other: []byte("{}")}
		stored = false
		for path := range texts {
			if found := documents(c.API).Get(tx, path); found != nil {
				texts[path], stored = bytes.Clone(found.Text), true
			}
		}
		if !stored {
			return nil
		}
		if err := documents(c.API).Put(tx, one, texts[other]); err != nil {
			return err
		}
		return documents(c.API).Put(tx, other, texts[one])
	})
	if err != nil || !stored {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, jsonx.Object{{Name: "message", Value: object.Quote("Portal configuration swapped successfully")}}.Text()), nil
}
