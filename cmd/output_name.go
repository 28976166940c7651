package cmd

import (
	"mime"
	"net/http"
	"os"
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
	longestName  = 200 // bytes; file systems take 255
)

// fileName is the name that the server gives a file: in Content-Disposition
// (RFC 6266), else the last segment of the URL. It is one plain name, whatever
// the server wrote.
func fileName(resp *http.Response) string {
	_, words, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	if name := cleanName(words["filename"]); err == nil && name != "" {
		return name
	}
	if name := cleanName(path.Base(resp.Request.URL.Path)); name != "" {
		return name
	}
	return namelessFile
}

// cleanName returns the last segment of a path in either notation, without what
// hides a file, drives a terminal, or means something to a file system.
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

// isDevice reports whether Windows takes the name for a device.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch strings.TrimRight(stem, " ") {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && unicode.IsDigit(rune(stem[3]))
}

// cutName cuts the stem and leaves the extension, by which a file is opened.
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

// freeName numbers a name that is taken: the person did not choose it, so no
// file of theirs gives way to it.
func freeName(file string) string {
	ending := filepath.Ext(file)
	stem := strings.TrimSuffix(file, ending)
	for n, name := 1, file; ; n++ {
		if _, err := os.Lstat(name); err != nil {
			return name
		}
		name = stem + "-" + strconv.Itoa(n) + ending
	}
}
