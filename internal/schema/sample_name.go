package schema

import (
	"strconv"
	"strings"
)

// namedText is a text that a property of that name may have, "" where the name
// says nothing. The i-th of several: 0 is the plainest. Persons and places are
// made up; addresses and numbers are those that are reserved for examples.
func namedText(name string, i int) string {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(name))
	if text := wholeName(plain, i); text != "" {
		return text
	}
	return endOfName(plain, strings.ToLower(name), name, i)
}

func wholeName(plain string, i int) string {
	switch plain {
	case "firstname", "givenname":
		return choice(i, "Anna", "Jonas", "Leyla", "Piotr", "Sofia")
	case "lastname", "surname", "familyname":
		return choice(i, "Schmidt", "Weber", "Yilmaz", "Nowak", "Rossi")
	case "fullname", "displayname", "createdby", "author":
		return choice(i, "Anna Schmidt", "Jonas Weber", "Leyla Yilmaz", "Piotr Nowak")
	case "name":
		return choice(i, "Sample", "Second sample", "Third sample")
	case "street", "streetname":
		return choice(i, "Im Mediapark", "Hauptstraße", "Lindenallee")
	case "streetnumber", "housenumber":
		return choice(i, "8a", "12", "305")
	case "city", "town":
		return choice(i, "Köln", "Berlin", "Leipzig", "Zürich")
	case "zip", "zipcode", "plz":
		return choice(i, "50670", "10115", "04109")
	case "schema", "slug", "entityslug", "entityschema":
		return choice(i, "contact", "account", "opportunity")
	case "org", "orgid", "organizationid":
		return choice(i, "739224", "728", "66")
	case "title":
		return choice(i, "Sample title", "Another title")
	case "description", "summary", "text", "message", "comment":
		return choice(i, "A short sample text", "Another short text")
	case "error", "errormessage", "reason":
		return choice(i, "Something is wrong", "Something else is wrong")
	case "status", "state":
		return choice(i, "active", "pending", "done")
	case "version":
		return choice(i, "1.0.0", "1.2.3")
	case "lang":
		return choice(i, "de", "en", "fr")
	case "latitude", "lat":
		return choice(i, "50.9476", "52.5316")
	case "longitude", "lng", "lon":
		return choice(i, "6.9443", "13.3843")
	}
	return ""
}

// endOfName looks at how a name ends: "billing_email", "createdAt".
func endOfName(plain, lower, name string, i int) string {
	ends := func(words ...string) bool {
		for _, word := range words {
			if strings.HasSuffix(plain, word) {
				return true
			}
		}
		return false
	}
	switch {
	case ends("email", "mail", "emailaddress"):
		return choice(i, "anna.schmidt@example.com", "jonas.weber@example.com", "leyla@example.org")
	case ends("phone", "phonenumber", "telephone", "mobile", "fax"):
		return "+4930231250" + strconv.Itoa(10+i%90) // reserved for fiction by the Bundesnetzagentur
	case ends("iban"):
		return choice(i, "DE89370400440532013000", "AT611904300234573201")
	case ends("bic", "swift"):
		return choice(i, "COBADEFFXXX", "DEUTDEFFXXX")
	case ends("currency", "currencycode"):
		return choice(i, "EUR", "CHF", "USD")
	case ends("country", "countrycode"):
		return choice(i, "DE", "AT", "CH")
	case ends("language", "languagecode", "locale"):
		return choice(i, "de", "en", "fr")
	case ends("timezone"):
		return choice(i, "Europe/Berlin", "Europe/Zurich", "UTC")
	case ends("postalcode", "postcode"):
		return choice(i, "50670", "10115", "04109")
	case ends("color", "colour"):
		return choice(i, "#005eb4", "#222222", "#e6f2fa")
	case ends("url", "uri", "href", "website", "homepage"):
		return choice(i, "https://example.com/sample", "https://example.org/")
	case ends("hostname", "domain", "host"):
		return choice(i, "example.com", "host.example.org")
	case ends("ipaddress"):
		return "192.0.2." + strconv.Itoa(1+i%254)
	case ends("filename"):
		return choice(i, "document.pdf", "picture.png", "table.csv")
	case ends("mimetype", "contenttype"):
		return choice(i, "application/pdf", "image/png", "text/csv")
	case ends("timestamp", "datetime"), strings.HasSuffix(lower, "_at"), strings.HasSuffix(name, "At"):
		return "2024-01-" + strconv.Itoa(10+i%20) + "T12:00:00.000Z"
	case ends("date", "birthday"):
		return "2024-01-" + strconv.Itoa(10+i%20)
	case plain == "id", strings.HasSuffix(lower, "_id"), strings.HasSuffix(name, "Id"), ends("uuid"):
		return "123e4567-e89b-42d3-a456-4266141" + strconv.Itoa(74000+i)
	}
	return ""
}

// choice is the i-th of the texts, and the first again after the last.
func choice(i int, texts ...string) string { return texts[i%len(texts)] }

// namedNumbers are numbers that a property of that name may have.
func namedNumbers(name string) []string {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	switch {
	case strings.HasSuffix(plain, "latitude"), plain == "lat":
		return []string{"50.9476", "50"}
	case strings.HasSuffix(plain, "longitude"), plain == "lng", plain == "lon":
		return []string{"6.9443", "6"}
	case strings.HasSuffix(plain, "year"):
		return []string{"2024"}
	case strings.HasSuffix(plain, "amount"), strings.HasSuffix(plain, "price"):
		return []string{"1999", "19.99"}
	case strings.HasSuffix(plain, "timestamp"), strings.HasSuffix(name, "_at"), strings.HasSuffix(name, "At"):
		return []string{"1706702400"}
	}
	return nil
}
