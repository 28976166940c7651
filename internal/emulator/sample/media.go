package sample

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// pixel is a PNG image of one transparent pixel, in base64.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// concreteType returns the media type of a response for a documented one, which
// can be a range such as "image/*".
func concreteType(mediaType string) string {
	switch httpx.Essence(mediaType) {
	case "image/*":
		return "image/png"
	case "text/*":
		return "text/plain"
	case "application/*", "*/*":
		return "application/json"
	}
	return mediaType
}

// otherDocument returns a small valid document of a media type other than JSON.
// text is a JSON sample of the content's schema.
func otherDocument(mediaType, text string) []byte {
	kind := httpx.Essence(mediaType)
	switch kind {
	case "text/csv":
		return []byte("id,name\r\n1,sample\r\n")
	case "text/event-stream":
		return []byte("data: " + text + "\n\n")
	case "text/html":
		return []byte("<!doctype html>\n<title>sample</title>\n")
	case "image/svg+xml":
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
	case "application/pdf":
		return samplePDF()
	case "application/zip", "application/x-zip-compressed":
		return []byte("PK\x05\x06" + strings.Repeat("\x00", 18)) // an empty archive
	case "application/x-www-form-urlencoded":
		return []byte("id=1&name=sample")
	}
	switch {
	case httpx.IsNDJSON(kind):
		return []byte(text + "\n")
	case strings.HasSuffix(kind, "xml"):
		return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sample/>\n")
	case strings.HasSuffix(kind, "yaml"):
		return []byte(text + "\n") // JSON is YAML
	case strings.HasPrefix(kind, "image/"):
		return samplePixel()
	}
	return []byte(plainText(text))
}

// samplePixel returns a PNG image for every image type: clients recognize it by
// its first bytes.
func samplePixel() []byte {
	image, _ := base64.StdEncoding.DecodeString(pixel) // the input is constant
	return image
}

// plainText returns the value of a JSON string, or "sample".
func plainText(text string) string {
	if word, err := strconv.Unquote(text); err == nil && word != "" {
		return word
	}
	return "sample"
}

// samplePDF returns a document with one empty page (ISO 32000-1, section 7.5).
func samplePDF() []byte {
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>",
	}
	var b, table strings.Builder
	b.WriteString("%PDF-1.4\n")
	table.WriteString("0000000000 65535 f \n")
	for i, object := range objects {
		offset := strconv.Itoa(b.Len())
		table.WriteString(strings.Repeat("0", 10-len(offset)) + offset + " 00000 n \n")
		b.WriteString(strconv.Itoa(i+1) + " 0 obj\n" + object + "\nendobj\n")
	}
	start := strconv.Itoa(b.Len())
	b.WriteString("xref\n0 4\n" + table.String() + "trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n" + start + "\n%%EOF\n")
	return []byte(b.String())
}

// Negotiate returns the content that an Accept header prefers: by quality, then
// JSON, then in the definition's order. Like the API, it ignores a header that
// accepts none of them (RFC 9110, section 12.5.1).
func Negotiate(contents []*openapi.Content, accept string) *openapi.Content {
	var best *openapi.Content
	quality := -1.0
	for _, content := range contents {
		q := acceptance(accept, httpx.Essence(content.MediaType))
		better := q > quality || q == quality && httpx.IsJSON(content.MediaType) && !httpx.IsJSON(best.MediaType)
		if better {
			best, quality = content, q
		}
	}
	return best
}

// acceptance returns the quality, from 0 to 1, that an Accept header assigns to a
// media type by its most specific range; 1 without a header.
func acceptance(accept, mediaType string) float64 {
	if strings.TrimSpace(accept) == "" {
		return 1
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	quality, specific := 0.0, 0
	for _, part := range message.SplitList(accept, ",") {
		name := httpx.Essence(part)
		rank := 0
		switch name {
		case mediaType:
			rank = 3
		case kind + "/*":
			rank = 2
		case "*/*":
			rank = 1
		}
		if rank > specific {
			quality, specific = weight(part), rank
		}
	}
	return quality
}

// weight returns the "q" of a media range; the default is 1.
func weight(part string) float64 {
	for _, parameter := range message.SplitList(part, ";")[1:] {
		name, value, _ := strings.Cut(parameter, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			if q, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil {
				return q
			}
		}
	}
	return 1
}
