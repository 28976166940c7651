package resource

import (
	"context"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// builtin returns the resources that a collection of a new organization contains.
// A client can change and remove them: a stored resource with the same id
// replaces a built-in one.
func builtin(c store.Collection) []*store.Item {
	switch c.Name {
	case "entity\x00entity/schema":
		return entitySchemas()
	case "event-catalog\x00event":
		return events()
	case "permissions\x00permission/role":
		return roles()
	case "user\x00user":
		return users()
	}
	return nil
}

// entitySchemas returns the schemas of a typical organization: their slugs, names
// and title attributes.
func entitySchemas() []*store.Item {
	var items []*store.Item
	for _, row := range [][]string{
		{"contact", "Contact", "Contacts", "first_name", "last_name"},
		{"account", "Account", "Accounts", "name"},
		{"contract", "Contract", "Contracts", "contract_name"},
		{"opportunity", "Opportunity", "Opportunities", "opportunity_title"},
		{"order", "Order", "Orders", "order_number"},
		{"submission", "Submission", "Submissions", "submission_title"},
		{"product", "Product", "Products", "name"},
		{"price", "Price", "Prices", "description"},
		{"tax", "Tax", "Taxes", "description"},
		{"file", "File", "Files", "filename"},
		{"meter", "Meter", "Meters", "meter_number"},
		{"meter_counter", "Meter counter", "Meter counters", "obis_number"},
		{"ticket", "Ticket", "Tickets", "ticket_title"},
		{"email_template", "Email template", "Email templates", "name"},
		{"portal_user", "Portal user", "Portal users", "email"},
	} {
		attributes := ""
		for _, name := range row[3:] {
			label := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
			attributes += `,{"name":"` + name + `","label":"` + label + `","type":"string"}`
		}
		items = append(items, item(row[0], `{"slug":"`+row[0]+`","name":"`+row[1]+`","plural":"`+row[2]+`","version":1,`+
			`"source":{"id":"default","type":"blueprint"},"published":true,"draft":false,"enable_setting":[],`+
			`"title_template":"{{`+strings.Join(row[3:], "}} {{")+`}}","attributes":[`+strings.TrimPrefix(attributes, ",")+`],`+
			`"created_at":"2024-01-01T00:00:00.000Z","updated_at":"2024-01-01T00:00:00.000Z"}`))
	}
	return items
}

// roles returns the roles of a new organization. Their ids are "<organization>:<slug>".
func roles() []*store.Item {
	var items []*store.Item
	for _, row := range [][]string{{"owner", "Owner"}, {"administrator", "Administrator"}, {"manager", "Manager"}, {"user", "User"}} {
		id := sample.Organization + ":" + row[0]
		items = append(items, item(id, `{"id":"`+id+`","name":"`+row[1]+`","slug":"`+row[0]+`","type":"org_role","organization_id":"`+
			sample.Organization+`","grants":[{"action":"*","resource":"*","effect":"allow"}]}`))
	}
	return items
}

// events returns the events that every organization has: those that the
// definitions mention. Others can be created.
func events() []*store.Item {
	var items []*store.Item
	for _, row := range [][]string{
		{"AddMeterReading", "Add meter reading", "metering"},
		{"MeterReadingAdded", "Meter reading added", "metering"},
		{"CustomerRequestSubmitted", "Customer request submitted", "portal"},
		{"ContactAdded", "Contact added", "erp"},
		{"CustomerChanged", "Customer changed", "erp"},
		{"ContractChanged", "Contract changed", "erp"},
	} {
		items = append(items, item(row[0], `{"event_name":"`+row[0]+`","event_title":"`+row[1]+`","event_version":"1.0","event_status":"active",`+
			`"event_tags":["builtin","`+row[2]+`"],"event_origin":"builtin","schema_fields":{},"enabled":true}`))
	}
	return items
}

// users returns the user that the mock's tokens belong to.
func users() []*store.Item {
	return []*store.Item{item(sample.User, `{"id":"`+sample.User+`","organization_id":"`+sample.Organization+`","display_name":"Ada King","name":"Ada King",`+
		`"email":"ada.king@example.com","status":"Active","preferred_language":"en","roles":["`+sample.Organization+`:owner"],`+
		`"created_at":"2024-01-01T00:00:00.000Z","activated_at":"2024-01-01T00:00:00.000Z","mfa_enabled":false,"has_passkeys":false,"phone_verified":false,`+
		`"signature":"","custom_navigation":"","properties":[]}`)}
}

func item(id, text string) *store.Item { return &store.Item{Id: id, Text: []byte(text)} }

// find returns a stored or built-in resource, or nil.
func find(tx *bolt.Tx, c store.Collection, id string) *store.Item {
	if tx != nil {
		if found := c.Get(tx, id); found != nil {
			return found
		}
	}
	all := builtin(c)
	if i := slices.IndexFunc(all, func(b *store.Item) bool { return b.Id == id }); i >= 0 {
		return all[i]
	}
	return nil
}

// eachBuiltin visits the built-in resources that no stored one replaces.
func eachBuiltin(tx *bolt.Tx, c store.Collection, visit func(*store.Item) bool) bool {
	for _, b := range builtin(c) {
		if (tx == nil || c.Get(tx, b.Id) == nil) && !visit(b) {
			return false
		}
	}
	return true
}

// tombstone replaces a removed built-in resource.
func tombstone(old jsonx.Object, now string) []byte {
	return old.With(deletedMember, object.Quote(now)).Text()
}

// IDs returns the ids of the resources in a collection, which is the last part of
// its key: "entity/schema". Errors are of kind File.
func (r *Service) IDs(ctx context.Context, api, collection string) ([]string, error) {
	var ids []string
	c := store.Collection{Name: api + "\x00" + collection}
	visit := func(item *store.Item) bool {
		if !isDeleted(item.Text) {
			ids = append(ids, item.Id)
		}
		return true
	}
	isEmpty := true // then the state is not opened
	err := r.store.View(ctx, func(tx *bolt.Tx) error {
		isEmpty = false
		eachBuiltin(tx, c, visit)
		c.Each(tx, visit)
		return nil
	})
	if isEmpty {
		eachBuiltin(nil, c, visit)
	}
	return ids, err
}
