package schema

import (
	"strings"
	"unicode"
)

// likelyTexts has what a property may be called and what it may then hold. "name"
// stands for itself, "…name" also for what ends with that word: billing_name,
// billingName. "@" leads to a format. Persons and places are made up; addresses
// and numbers are those that are kept free for examples.
const likelyTexts = `
…first_name …firstname …given_name = Anna|Jonas|Leyla|Piotr|Sofia
…last_name …lastname …surname …family_name = Schmidt|Weber|Yilmaz|Nowak|Rossi
…full_name …fullname …display_name author = Anna Schmidt|Jonas Weber|Leyla Yilmaz
name = Sample|Second sample|Third sample
…company …company_name = Sample GmbH|Second Sample AG
…email …mail …email_address = @email
…phone …phone_number …telephone …mobile …fax = +493023125010|+493023125011|+493023125012
…street …street_name = Im Mediapark|Hauptstraße|Lindenallee
…street_number …house_number = 8a|12|305
…city …town = Köln|Berlin|Leipzig|Zürich
…zip …zip_code …zipcode …plz …postal_code …postcode …postalcode = 50670|10115|04109
…country …country_code = DE|AT|CH
…language …language_code …lang …locale = de|en|fr
…time_zone …timezone = Europe/Berlin|Europe/Zurich|UTC
…latitude lat = 50.9476|52.5316
…longitude lng lon = 6.9443|13.3843
…iban = DE89370400440532013000|AT611904300234573201
…bic …swift = COBADEFFXXX|DEUTDEFFXXX
…currency …currency_code = EUR|CHF|USD
…color …colour = #005eb4|#222222|#e6f2fa
…url …uri …href …link …website …homepage = @uri
…hostname …host …domain = @hostname
…ip …ip_address = @ipv4
…filename …file_name = document.pdf|picture.png|table.csv
…mime_type …mimetype …content_type = application/pdf|image/png|text/csv
…at …timestamp …datetime …date_time = @date-time
…date …birthday = @date
…org …org_id …organization_id = 739224|728|66
…schema …slug …entity_slug = contact|account|opportunity
…tags …labels = sample|first|second
…version = 1.0.0|1.2.3
title …subject = Sample title|Another title
description summary text message comment = A short sample text|Another short text
error …error_message …reason = Something is wrong|Something else is wrong
status state = active|pending|done
…id …uuid = @uuid
`

// namedText is a text that a property of that name may have, the i-th of
// several; "@date" where its format says more, "" where the name says nothing.
func namedText(name string, i int) string {
	name = snake(name)
	for line := range strings.SplitSeq(likelyTexts, "\n") {
		keys, values, _ := strings.Cut(line, " = ")
		for key := range strings.FieldsSeq(keys) {
			if isNamed(name, key) {
				texts := strings.Split(values, "|")
				return texts[i%len(texts)]
			}
		}
	}
	return ""
}

func isNamed(name, key string) bool {
	ending, open := strings.CutPrefix(key, "…")
	if name == ending {
		return true
	}
	before, ends := strings.CutSuffix(name, ending)
	return open && ends && strings.HasSuffix(before, "_")
}

// snake is a name in lower case with _ between its words: "createdAt" and
// "Created-At" become "created_at".
func snake(name string) string {
	var b strings.Builder
	previous := '_'
	for _, r := range strings.TrimLeft(name, "_$@") {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && unicode.IsLower(previous):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		previous = r
	}
	return b.String()
}

// namedNumbers are numbers that a property of that name may have.
func namedNumbers(name string) []string {
	name = snake(name)
	switch {
	case isNamed(name, "…latitude"), name == "lat":
		return []string{"50.9476", "50"}
	case isNamed(name, "…longitude"), name == "lng", name == "lon":
		return []string{"6.9443", "6"}
	case isNamed(name, "…year"):
		return []string{"2024"}
	case isNamed(name, "…amount"), isNamed(name, "…price"):
		return []string{"1999", "19.99"}
	case isNamed(name, "…timestamp"), isNamed(name, "…at"):
		return []string{"1706702400"}
	}
	return nil
}
