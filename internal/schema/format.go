package schema

import (
	"net/url"
	"strings"
	"time"
)

// fitsFormat checks the formats whose text has one form everywhere. Every
// other format passes: it is a remark, not a rule.
func fitsFormat(format, text string) bool {
	switch format {
	case "date-time":
		return isDateTime(text)
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case "uuid":
		return isUUID(text)
	case "email":
		local, domain, ok := strings.Cut(text, "@")
		return ok && local != "" && domain != "" && !strings.ContainsAny(text, " \t\r\n") && !strings.Contains(domain, "@")
	case "uri":
		u, err := url.Parse(text)
		return err == nil && u.Scheme != ""
	}
	return true
}

// isDateTime is RFC 3339, section 5.6, leap seconds included.
func isDateTime(text string) bool {
	text = strings.ToUpper(text)
	if len(text) > 19 && text[17:19] == "60" {
		text = text[:17] + "59" + text[19:]
	}
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (text[i] == '-') || !dash && strings.IndexByte("0123456789abcdefABCDEF", text[i]) < 0 {
			return false
		}
	}
	return true
}

func formatName(format string) string {
	switch format {
	case "date-time":
		return "a date and time such as 2024-01-31T12:00:00Z"
	case "date":
		return "a date such as 2024-01-31"
	case "uuid":
		return "a UUID"
	case "email":
		return "an email address"
	}
	return "a URI such as https://example.com/path"
}
