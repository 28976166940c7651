package relevance_test

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/relevance"
)

// rank ranks texts without an index.
func rank(texts []relevance.Text, query string) []relevance.Hit {
	return (&relevance.Index{}).Rank(query, texts, nil)
}

func TestRank(t *testing.T) {
	t.Parallel()
	texts := []relevance.Text{
		{Name: "listPets", Line: "List the pets of a shop", Owner: "pets", Detail: "/v1/pets status sold"},
		{Name: "createPet", Line: "Add a pet to the shop", Owner: "pets"},
		{Name: "deletePet", Line: "Remove a pet", Owner: "pets"},
		{Name: "createPetOld", Line: "Add a pet to the shop", Owner: "pets", Factor: 0.5},
		{Name: "getPermissions", Line: "Show what a user may do", Owner: "rights"},
	}
	for query, want := range map[string]string{
		"createPet":         "createPet",
		"CREATEPET":         "createPet",
		"creating a pet":    "createPet", // a stem, and a noise word
		"new pets":          "createPet", // a synonym
		"erase pet":         "deletePet",
		"sold":              "listPets",       // only in the detail
		"perm":              "getPermissions", // the prefix of a word
		"create pet please": "createPet",      // a query word without a match
		"":                  "",
		"?!":                "",
	} {
		got := ""
		if hits := rank(texts, query); len(hits) > 0 {
			got = texts[hits[0].Index].Name
		}
		if got != want {
			t.Errorf("%q finds %q first, want %q", query, got, want)
		}
	}
}
