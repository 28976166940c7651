package schema

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// Example returns a JSON text for a person to run: what the schema requires,
// with values that fit the names of its properties, and never "string". name is
// that of the value, "" for a body. With full it has every property.
//
// An object that requires nothing gets one property, to show how it is set.
func Example(name string, s *openapi.Schema, full bool) string {
	o := SampleOptions{Direction: Request, Own: true, Name: name, Full: full}
	text := SampleWith(s, o)
	if text != "{}" && text != "[]" || full {
		return text
	}
	o.AtLeast = 1
	if more := SampleWith(s, o); more != text && fits(s, more, Request) {
		return more
	}
	o.Full = true
	if more := SampleWith(s, o); text == "[]" && fits(s, more, Request) {
		return more
	}
	return text
}

// ownTexts are texts for examples that people run, in the form of likelyTexts
// and before them: the mock's responses keep to the plainer ones.
const ownTexts = `
name label = Solar Köln|Wallbox Bonn|Tarif Berlin
title subject = Offer for your solar panels|Your appointment in Köln
description summary text message comment content note contents = Solar panels for a house in Köln
q query search filter …search_term …recipient_query = _schema:contact AND status:active
slug schema schemas entity_schema …entity_type = contact
tags labels purpose purposes group = solar|sales
…region county = Nordrhein-Westfalen
key attribute attribute_name field …attribute = email
value = Köln
sort sort_by order_by = _created_at:desc
reason = Customer moved to Bonn
status state = active
…password secret …client_secret passphrase = kX7-Lichtmast-42
version = 1.0.0
scope scopes = openid
html body_html = <p>Your offer is ready</p>
body …prompt = Your offer is ready
schedule …cron = 0 6 * * 1
duration = P7D
role roles = 123:owner
user_id = 10006129
org org_id …org_id organization_id …organization_id = 123
event event_name event_type …event_type = contact.created
username user_name …username = anna.schmidt
iban ibans = DE89370400440532013000
expression condition …expression = status = 'active'
address = Im Mediapark 8a, 50670 Köln
primary …color secondary paper navbar background = #005eb4
origin = https://example.com
paths path …file_path = contacts/export.csv
files …file = document.pdf
position = Sales manager
smtp_port = 587
font_name = Open Sans
type …object_type = contact
de = Solaranlage
en = Solar panels
template payload cart = solar-offer
contact …contact recipients emails to cc bcc from = name@example.com
changelog update_note …usecase = New prices for 2026
`

// ownEndings are those for names that likelyTexts does not know either.
const ownEndings = `
…name = Solar Köln
…title = Offer for your solar panels
…description …text …message …note …prompt = Solar panels for a house in Köln
…token …code …secret = 4f9d2c71
…slug …schema = contact
…key …column …attribute …field = email
…table = contacts
…value = Köln
…tag …label …purpose = solar
…status = active
…ids = @uuid
…path = contacts/export.csv
…version = 1.0.0
`

// namedTextFor is a text that the name of the value asks for, the i-th of
// several, "" for none.
func (m *sampler) namedTextFor(i int) string {
	if !m.own {
		return namedText(m.name, i)
	}
	return or(or(textFor(ownTexts, m.name, i), namedText(m.name, i)), textFor(ownEndings, m.name, i))
}

// nameless is a text for a property whose name says nothing else: it has the
// name's own words, so that nobody takes it for a type. It is "" where that is
// not wanted.
func (m *sampler) nameless() string {
	if !m.own {
		return ""
	}
	return strings.Trim("sample-"+strings.ReplaceAll(snake(m.name), "_", "-"), "-")
}

// spellings are other forms of such a text, for patterns of identifiers.
func spellings(text string) []string {
	if text == "" {
		return nil
	}
	camel := ""
	for part := range strings.SplitSeq(text, "-") {
		camel += strings.ToUpper(part[:min(1, len(part))]) + part[min(1, len(part)):]
	}
	low := strings.ReplaceAll(text, "-", "_")
	return []string{low, camel, strings.ToUpper(low), strings.ReplaceAll(low, "_", "")}
}
