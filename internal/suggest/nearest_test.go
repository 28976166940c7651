package suggest

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	params := []string{"token_type", "limit", "offset", "id"}
	types := []string{"api", "journey", "portal", "assume", "app"}
	operations := []string{"listAccessTokens", "createAccessToken", "revokeAccessToken"}
	tests := []struct {
		name, word string
		candidates []string
		want       string
	}{
		{"same", "limit", params, "limit"},
		{"letter case", "LIMIT", params, "limit"},
		{"other case and separator", "tokenType", params, "token_type"},
		{"swapped letters", "limti", params, "limit"},
		{"missing letter", "jurney", types, "journey"},
		{"extra letter", "journeys", types, "journey"},
		{"abbreviation", "token", params, "token_type"},
		{"abbreviation before distance", "off", []string{"of1", "offset"}, "offset"},
		{"mistyped abbreviation", "tokn", params, "token_type"},
		{"shorter of two abbreviated", "tok", []string{"token_type", "token"}, "token"},
		{"part", "type", params, "token_type"},
		{"part before nothing", "revoke", operations, "revokeAccessToken"},
		{"long name", "createAcessTokn", operations, "createAccessToken"},
		{"first of equals", "apx", []string{"api", "app"}, "api"},
		{"nearer of two", "ap1", []string{"xp1z", "ap1z"}, "ap1z"},
		{"non-ASCII is one letter", "grüsse", []string{"grusse"}, "grusse"},
		{"nothing near", "bogus", types, ""},
		{"one letter is no hint", "x", []string{"y", "z"}, ""},
		{"empty word", "", types, ""},
		{"empty candidate", "x", []string{""}, ""},
		{"no candidates", "x", nil, ""},
		{"invalid UTF-8", "\xff\xfe\xfd", types, ""},
		{"very long word", strings.Repeat("a", 1<<20), []string{"aaa"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Match(test.word, test.candidates); got != test.want {
				t.Errorf("Match(%.20q) = %q, want %q", test.word, got, test.want)
			}
		})
	}
}

func TestDistances(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b         string
		whole, start int
	}{
		{"abc", "abc", 0, 0},
		{"abc", "acb", 1, 1},
		{"ab", "abc", 1, 0},
		{"kitten", "sitting", 3, 2},
		{"abc", "xyz", 3, 3},
	}
	for _, test := range tests {
		whole, start := distances([]rune(test.a), []rune(test.b))
		if whole != test.whole || start != test.start {
			t.Errorf("distances(%q, %q) = %d, %d, want %d, %d", test.a, test.b, whole, start, test.whole, test.start)
		}
	}
}
