package manual

import "strings"

// Quote makes a text one word of a POSIX shell.
func Quote(text string) string {
	if text != "" && strings.Trim(text, unquoted) == "" {
		return text
	}
	return singleQuoted(text)
}

func singleQuoted(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

const unquoted = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,"
