package emulator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/files"
	"github.com/epilot-cli/epilot/internal/emulator/oidc"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Seeded is a resource that Seed created.
type Seeded = resource.Created

// SeedFault is an error in a seed document.
type SeedFault = resource.DocumentFault

// Seed creates the resources of a JSON document, all or none:
//
//	{"entity": {"contact": [{"first_name": "Ada"}]},
//	 "webhooks": {"/v1/webhooks/configs": [{"name": "orders"}]}}
//
// The keys of an API are its collections (a path, its last segment or, for
// entities, the slug); the values are arrays of resources, as the create
// operation accepts them. A resource can set its id; no two can have the same
// one. If there are faults, nothing is created. Errors are of kind File.
func (e *Emulator) Seed(ctx context.Context, document []byte) ([]Seeded, []SeedFault, error) {
	return e.resources.Seed(ctx, document, resource.SeedOptions{
		Names: e.options.Names, Load: e.options.APIs, IsToken: oidc.IsTokenCreation, NewToken: e.tokens.NewToken,
	})
}

// SeedDemo creates the demo data, with the content of its files. Errors are of
// kind File.
func (e *Emulator) SeedDemo(ctx context.Context) ([]Seeded, []SeedFault, error) {
	made, faults, err := e.Seed(ctx, Demo())
	if err != nil || len(faults) > 0 {
		return made, faults, err
	}
	for i := range demoFiles {
		_, key, content := demoFile(i)
		if _, err := e.files.Save(ctx, key, "application/pdf", bytes.NewReader(content), int64(len(content))); err != nil {
			return made, nil, err
		}
	}
	return made, nil, nil
}

// Demo returns a document for Seed: several hundred related contacts, orders,
// contracts and files of an energy supplier. It is always the same, ids included,
// so that seeding it again changes nothing.
func Demo() []byte {
	d := demo{}
	d.add("product", demoProducts, d.product)
	d.add("account", demoAccounts, d.account)
	d.add("contact", demoContacts, d.contact)
	d.add("file", demoFiles, d.file)
	d.add("opportunity", demoOpportunities, d.opportunity)
	d.add("order", demoOrders, d.order)
	d.add("contract", demoContracts, d.contract)
	d.add("meter", demoMeters, d.meter)
	d.add("ticket", demoTickets, d.ticket)
	return []byte(`{"entity":{` + strings.Join(d.collections, ",") + `}}`)
}

// The number of entities per schema.
const (
	demoProducts      = 8
	demoAccounts      = 30
	demoContacts      = 200
	demoFiles         = 150
	demoOpportunities = 80
	demoOrders        = 250
	demoContracts     = 120
	demoMeters        = 120
	demoTickets       = 40
)

var (
	demoFirstNames = []string{"Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Ken", "Radia", "Niklaus", "Margaret", "Dennis", "Sophie", "Linus", "Hedy", "John", "Emmy", "Konrad", "Mary", "Leslie"}
	demoLastNames  = []string{"Schmidt", "Müller", "Fischer", "Weber", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Klein", "Wolf", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hartmann", "Lange", "Werner"}
	demoCities     = [][2]string{{"50667", "Köln"}, {"10115", "Berlin"}, {"20095", "Hamburg"}, {"80331", "München"}, {"04109", "Leipzig"}, {"01067", "Dresden"}, {"53111", "Bonn"}}
	demoStreets    = []string{"Hauptstraße", "Gartenweg", "Bahnhofstraße", "Am Markt", "Schulstraße", "Lindenallee"}
	demoNames      = []string{"Strom Basis", "Strom Plus", "Ökostrom", "Gas Basis", "Gas Plus", "Wallbox 11 kW", "Solaranlage 8 kWp", "Wärmepumpe"}
	demoStatuses   = []string{"placed", "open", "complete", "cancelled", "draft"}
)

// demo collects the collections of the document.
type demo struct{ collections []string }

// add appends count entities of a schema.
func (d *demo) add(slug string, count int, entity func(i int) string) {
	entities := make([]string, count)
	for i := range entities {
		entities[i] = `{"_id":` + jsonx.Quote(demoID(slug, i)) + `,` + entity(i) + `}`
	}
	d.collections = append(d.collections, jsonx.Quote(slug)+":["+strings.Join(entities, ",")+"]")
}

// demoID returns a UUID made from the schema and the number.
func demoID(slug string, i int) string {
	kind := 0
	for _, letter := range slug {
		kind = (kind*31 + int(letter)) & 0xffffffff
	}
	return fmt.Sprintf("%08x-0000-4000-8000-%012d", kind, i+1)
}

// to returns a relation to an entity.
func to(slug string, i int) string {
	return `{"$relation":[{"entity_id":` + jsonx.Quote(demoID(slug, i)) + `,"_tags":[]}]}`
}

// at picks an element in an order different from that of the numbers.
func at[T any](list []T, i int) T { return list[i*7919%len(list)] }

// day returns a day of 2025, ascending with i.
func day(i, count int) string {
	return fmt.Sprintf("2025-%02d-%02d", 1+i*12/count, 1+i*5%28)
}

func address(i int) string {
	city := at(demoCities, i)
	return fmt.Sprintf(`{"street":%s,"street_number":"%d","postal_code":"%s","city":%s,"country":"DE"}`,
		jsonx.Quote(at(demoStreets, i)), 1+i%60, city[0], jsonx.Quote(city[1]))
}

func person(i int) (first, last string) {
	return demoFirstNames[i%len(demoFirstNames)], demoLastNames[i%len(demoLastNames)]
}

func (d *demo) product(i int) string {
	return fmt.Sprintf(`"name":%s,"code":"P-%02d","active":true,"type":"product"`, jsonx.Quote(demoNames[i]), i+1)
}

func (d *demo) account(i int) string {
	return fmt.Sprintf(`"name":"Stadtwerke %s %d","customer_number":"A-%04d","address":[%s]`, at(demoCities, i)[1], i+1, i+1, address(i))
}

func (d *demo) contact(i int) string {
	first, last := person(i)
	email := strings.NewReplacer("ü", "ue", "ö", "oe", "ß", "ss").Replace(strings.ToLower(first + "." + last))
	return fmt.Sprintf(`"first_name":%s,"last_name":%s,"email":[{"email":"%s%d@example.com"}],"phone":[{"phone":"+49 221 %06d"}],`+
		`"customer_number":"C-%05d","address":[%s],"account":%s`,
		jsonx.Quote(first), jsonx.Quote(last), email, i+1, 100000+i*317%900000, i+1, address(i), to("account", i%demoAccounts))
}

func (d *demo) file(i int) string {
	name, key, content := demoFile(i)
	return fmt.Sprintf(`"filename":"%s","type":"document","mime_type":"application/pdf","size_bytes":%d,"checksum":"%x","s3ref":{"bucket":"%s","key":"%s"},"access_control":"private"`,
		name, len(content), sha256.Sum256(content), files.Bucket, key)
}

// demoFile returns a file of the demo data: its name, its key and its content.
func demoFile(i int) (name, key string, content []byte) {
	title := fmt.Sprintf("%s-%04d", []string{"Angebot", "Vertrag", "Rechnung"}[i%3], i+1)
	name = title + ".pdf"
	return name, sample.Organization + "/" + demoID("file", i) + "/" + name, onePage(title)
}

// onePage returns a PDF document of one page with a line of text (ISO 32000-1,
// annex H.3).
func onePage(line string) []byte {
	drawn := "BT /F1 24 Tf 72 720 Td (" + line + ") Tj ET"
	out := []byte("%PDF-1.4\n")
	var offsets []int
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(drawn), drawn),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	} {
		offsets = append(offsets, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := len(out)
	out = fmt.Appendf(out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		out = fmt.Appendf(out, "%010d 00000 n \n", offset)
	}
	return fmt.Appendf(out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, table)
}

func (d *demo) opportunity(i int) string {
	return fmt.Sprintf(`"opportunity_title":%s,"opportunity_number":"OPP-%04d","status":"%s","customer":%s,"_date":"%s"`,
		jsonx.Quote(at(demoNames, i)+" "+at(demoCities, i)[1]), i+1, []string{"open", "won", "lost"}[i%3], to("contact", i*3%demoContacts), day(i, demoOpportunities))
}

func (d *demo) order(i int) string {
	product := i % demoProducts
	text := fmt.Sprintf(`"order_number":"OR-%05d","status":"%s","source_type":"journey","currency":"EUR","amount_total":%d,"order_date":"%s",`+
		`"customer":%s,"product":%s`, 10_001+i, at(demoStatuses, i), 4_900+i*1_731%250_000, day(i, demoOrders), to("contact", i%demoContacts), to("product", product))
	if i < demoFiles {
		text += `,"_files":` + to("file", i)
	}
	if i < demoOpportunities {
		text += `,"opportunity":` + to("opportunity", i)
	}
	return text
}

func (d *demo) contract(i int) string {
	return fmt.Sprintf(`"contract_name":%s,"contract_number":"V-%05d","status":"%s","start_date":"%s","customer":%s,"order":%s,"meter":%s`,
		jsonx.Quote(demoNames[i%5]), i+1, []string{"active", "active", "terminated"}[i%3], day(i, demoContracts), to("contact", i%demoContacts), to("order", i), to("meter", i))
}

func (d *demo) meter(i int) string {
	return fmt.Sprintf(`"meter_number":"1EMH%08d","ma_lo_id":"%011d","sector":"%s","status":"active","customer":%s`,
		4_711_000+i*13, 51_000_000_000+i*37, []string{"power", "gas"}[i%2], to("contact", i%demoContacts))
}

func (d *demo) ticket(i int) string {
	return fmt.Sprintf(`"ticket_title":"%s %d","status":"%s","contact":%s`,
		[]string{"Frage zur Rechnung", "Umzug", "Zählerstand"}[i%3], i+1, []string{"open", "closed"}[i%2], to("contact", i*5%demoContacts))
}
