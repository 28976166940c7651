package catalog_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	c := catalog.New(catalog.Options{})
	for words, want := range map[string]string{
		"listAccessTokens":  "access-token listAccessTokens",
		"LISTACCESSTOKENS":  "access-token listAccessTokens",
		"create entity":     "entity createEntity",
		"delete entity":     "entity deleteEntity",
		"get schema":        "entity getSchema",
		"iban":              "iban validateIban",
		"search entities":   "entity searchEntities",
		"access-token jwks": "access-token getAccessTokenJwks",
		"":                  "",
		"?!":                "",
	} {
		found, err := c.Search(t.Context(), strings.Fields(words))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(found) > 0 {
			got = found[0].API + " " + found[0].Operation.ID
		}
		if got != want {
			t.Errorf("%q finds %q first, want %q", words, got, want)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	for b.Loop() {
		if _, err := catalog.New(catalog.Options{}).Search(b.Context(), []string{"revoke", "token"}); err != nil {
			b.Fatal(err)
		}
	}
}
