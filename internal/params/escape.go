package params

import "strings"

// escape percent-encodes everything but RFC 3986's unreserved characters: in a
// path that makes one segment, in a query one name or value.
func escape(text string) string { return percent(text, "", false) }

// escapeReserved is the encoding of allowReserved, RFC 6570's section 3.2.3:
// reserved characters and what is already encoded pass, but for those that a
// query cannot hold, or that would end the value in one.
func escapeReserved(text string) string { return percent(text, "!$'()*,/:;=?@", true) }

// escapeTemplate encodes what a definition's path may not hold as it is.
func escapeTemplate(text string) string { return percent(text, "!$&'()*+,;=:@", true) }

// percent encodes all bytes but the unreserved, the kept, and with encoded,
// the triplets that are there already.
func percent(text, keep string, encoded bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if unreserved(c) || strings.IndexByte(keep, c) >= 0 || encoded && triplet(text[i:]) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// unreserved is RFC 3986, section 2.3.
func unreserved(c byte) bool {
	return alphanumeric(c) || strings.IndexByte("-._~", c) >= 0
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func triplet(text string) bool {
	return len(text) > 2 && text[0] == '%' && hexadecimal(text[1]) && hexadecimal(text[2])
}

func hexadecimal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
