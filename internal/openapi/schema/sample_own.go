package schema

import (
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// Example returns JSON for a user to run: the required properties, with values that
// match their names, and never "string". name is the name of the value, "" for a
// body. With full, it includes all properties.
//
// An object without required properties gets one property, to show the syntax.
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

// ownTexts contains example strings in the format of likelyTexts, which they
// override: the mock's responses use the plainer strings.
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

// ownEndings covers names that likelyTexts does not know.
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

var (
	ownByName   = sync.OnceValue(func() *textTable { return readTexts(ownTexts) })
	ownByEnding = sync.OnceValue(func() *textTable { return readTexts(ownEndings) })
)

// namedTextFor returns the i-th string for the name of the value, or "".
func (m *sampler) namedTextFor(i int) string {
	if !m.own {
		return namedText(m.name, i)
	}
	return or(or(ownByName().text(m.name, i), namedText(m.name, i)), ownByEnding().text(m.name, i))
}

// nameless returns a string for a property without a known name: it repeats the
// name, so that nobody mistakes it for a type. It is "" if not enabled.
func (m *sampler) nameless() string {
	if !m.own {
		return ""
	}
	return strings.Trim("sample-"+strings.ReplaceAll(snake(m.name), "_", "-"), "-")
}

// spellings returns variants of the string for identifier patterns.
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
