package output

import (
	"iter"
	"mime"
	"net/http"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/term"
)

const (
	namelessFile = "download"
	longestName  = 200 // bytes; file systems allow 255
)

// fileName returns the file name chosen by the server, from Content-Disposition (RFC
// 6266) or the last segment of the URL. The result is always a single plain name,
// whatever the server sent.
func fileName(resp *http.Response) string {
	if name := cleanName(dispositionName(resp.Header.Get("Content-Disposition"))); name != "" {
		return name
	}
	if name := cleanName(path.Base(resp.Request.URL.Path)); name != "" {
		return name
	}
	return namelessFile
}

// dispositionName returns the file name in a Content-Disposition header, "" if it
// has none. It parses like browsers and curl: the type may be missing, an unquoted
// value ends at the semicolon, filename* (RFC 8187) takes precedence, and the first
// of several counts.
func dispositionName(header string) string {
	plain, extended := "", ""
	for _, part := range splitParameters(header) {
		name, value, has := strings.Cut(part, "=")
		if !has {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "filename":
			if plain == "" {
				plain = parameterValue(value)
			}
		case "filename*":
			if extended == "" {
				extended = extendedValue(parameterValue(value))
			}
		}
	}
	if extended != "" {
		return extended
	}
	return plain
}

// splitParameters splits at semicolons outside quotes.
func splitParameters(header string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(header); i++ {
		switch c := header[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"' && (quoted || strings.TrimSpace(header[start:i]) == "" || strings.HasSuffix(strings.TrimRight(header[start:i], " \t"), "=")):
			quoted = !quoted
		case c == ';' && !quoted:
			parts, start = append(parts, header[start:i]), i+1
		}
	}
	return append(parts, header[start:])
}

// parameterValue returns a value unquoted and in UTF-8.
func parameterValue(value string) string {
	value = strings.TrimSpace(value)
	if quoted, isQuoted := strings.CutPrefix(value, `"`); isQuoted {
		value = unquoted(quoted)
	}
	if !utf8.ValidString(value) {
		value = fromLatin1(value)
	}
	if word, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
		value = word // RFC 2047, as written by mail programs
	}
	return value
}

// unquoted ends at the closing quote. A backslash escapes only a quote or a
// backslash; otherwise it is literal, because Windows paths contain them.
func unquoted(text string) string {
	var value strings.Builder
	for i := 0; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
			i++
		}
		value.WriteByte(text[i])
	}
	return value.String()
}

// extendedValue decodes charset'language'value; it returns "" if it cannot.
func extendedValue(value string) string {
	charset, rest, has := strings.Cut(value, "'")
	_, encoded, hasLanguage := strings.Cut(rest, "'")
	if !has || !hasLanguage {
		return ""
	}
	text, err := url.PathUnescape(encoded)
	if err != nil {
		return ""
	}
	from, err := charsetNamed(charset)
	if err != nil {
		return ""
	}
	if from != nil {
		if text, err = from.NewDecoder().String(text); err != nil {
			return ""
		}
	}
	if !utf8.ValidString(text) {
		return ""
	}
	return text
}

func fromLatin1(text string) string {
	letters := make([]rune, len(text))
	for i := range len(text) {
		letters[i] = rune(text[i])
	}
	return string(letters)
}

// cleanName returns the last segment of a path in either notation, without
// characters that hide a file, control a terminal or are special to a file system.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) || term.Unsafe(r) || !unicode.IsPrint(r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimLeft(name, ". -"), ". ")
	if isDevice(name) {
		name = "_" + name
	}
	return cutName(name)
}

// isDevice reports whether Windows treats the name as a device.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimRight(stem, " ")
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	port, number := strings.CutPrefix(stem, "COM")
	if !number {
		port, number = strings.CutPrefix(stem, "LPT")
	}
	return number && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}

// cutName shortens the stem and keeps the extension, which decides how a file opens.
func cutName(name string) string {
	if len(name) <= longestName {
		return name
	}
	ending := filepath.Ext(name)
	if len(ending) > 20 {
		ending = ""
	}
	stem := name[:longestName-len(ending)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ending
}

// freeNames yields the name, then numbered variants. The user did not choose the
// name, so it must not overwrite an existing file.
func freeNames(file string) iter.Seq[string] {
	ending := filepath.Ext(file)
	stem := strings.TrimSuffix(file, ending)
	return func(yield func(string) bool) {
		for n, name := 1, file; yield(name); n++ {
			name = stem + "-" + strconv.Itoa(n) + ending
		}
	}
}
