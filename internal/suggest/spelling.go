package suggest

import (
	"strings"
	"unicode"
)

// Fold is a name without what its spellings differ in: letter case, and all
// characters but letters and digits. Names of one fold are the same name.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// Kebab is a name in lower case with dashes between its words: "token_type" and
// "tokenType" are "token-type".
func Kebab(name string) string { return strings.Join(words(name), "-") }

// Continue is the name in the spelling of its beginning, which was typed: for
// listAccessTokens, "list-acc" goes on as "list-access-tokens". It is "" where
// the name does not begin so.
func Continue(typed, name string) string {
	begun := Fold(typed)
	if begun == "" || !strings.HasPrefix(Fold(name), begun) {
		return ""
	}
	parts := words(name)
	pascal := ""
	for _, word := range parts {
		pascal += strings.ToUpper(word[:1]) + word[1:]
	}
	for _, spelled := range []string{
		name, strings.ToLower(pascal[:1]) + pascal[1:], strings.Join(parts, "-"), strings.Join(parts, "_"), pascal,
	} {
		if strings.HasPrefix(spelled, typed) {
			return spelled
		}
	}
	return typed + behind(name, begun)
}

// behind is what follows the beginning of that fold in a name.
func behind(name, begun string) string {
	for i, r := range name {
		if begun == "" {
			return name[i:]
		}
		begun = strings.TrimPrefix(begun, Fold(string(r)))
	}
	return ""
}

// words cuts a name into lower-case words, at every other character than a letter or digit and
// where camel case begins a new one.
func words(name string) []string {
	var found []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			found = append(found, strings.ToLower(string(word)))
		}
		word = nil
	}
	typed := []rune(name)
	for i, r := range typed {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case beginsWord(typed, i):
			end()
		}
		word = append(word, r)
	}
	end()
	return found
}

// beginsWord reports whether camel case has a new word at the capital: behind a
// small letter or a digit, or as the last capital of several ("IDToken").
func beginsWord(name []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(name[i]) {
		return false
	}
	if !unicode.IsUpper(name[i-1]) {
		return true
	}
	follows := name[i+1:]
	plural := len(follows) > 0 && follows[0] == 's' && (len(follows) == 1 || !unicode.IsLower(follows[1]))
	return len(follows) > 0 && unicode.IsLower(follows[0]) && !plural
}
