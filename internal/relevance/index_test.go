package relevance_test

import (
	"slices"
	"testing"

	"github.com/epilot-cli/epilot/internal/relevance"
)

// TestIndex checks that texts rank the same whether they are in the index or not.
func TestIndex(t *testing.T) {
	t.Parallel()
	texts := []relevance.Text{
		{ID: "pets", Name: "listPetsV2", Line: "List the pets of a shop that are sold, by date", Owner: "pets pets", Detail: "/v1/pets status sold sold 24h"},
		{ID: "pets", Name: "createPet", Line: "Add a pet to the shop", Owner: "pets"},
		{ID: "pets", Name: "deletePet", Line: "Remove a pet", Owner: "pets", Factor: 0.35},
		{ID: "rights", Name: "getÜbersicht", Line: "Show what a user may do", Owner: "rights"},
		{ID: "rights", Name: "get"},
	}
	for split := range len(texts) + 1 {
		index := &relevance.Index{}
		if split > 0 {
			var err error
			if index, err = relevance.ReadIndex(relevance.BuildIndex(texts[:split])); err != nil {
				t.Fatal(err)
			}
		}
		for i := range index.Len() {
			if id, name := index.Text(i); id != texts[i].ID || name != texts[i].Name {
				t.Errorf("text %d is %s %s", i, id, name)
			}
		}
		all := func(int) float64 { return 1 }
		for _, query := range []string{"pet", "create a pet", "sold pets 24h", "erase", "übersicht", "deletepet", "a", "zzz", "get"} {
			got, want := names(texts, index.Rank(query, texts[split:], all)), names(texts, rank(texts, query))
			if !slices.Equal(got, want) {
				t.Errorf("%d texts in the index, %q: %q, want %q", split, query, got, want)
			}
		}
	}
}

func names(texts []relevance.Text, hits []relevance.Hit) []string {
	var all []string
	for _, hit := range hits {
		all = append(all, texts[hit.Index].Name)
	}
	return all
}

// TestAdjust checks that a factor of 0 excludes a text, also from the count.
func TestAdjust(t *testing.T) {
	t.Parallel()
	texts := []relevance.Text{{Name: "createPet"}, {Name: "createPetNow"}, {Name: "listOrders"}}
	index, err := relevance.ReadIndex(relevance.BuildIndex(texts))
	if err != nil {
		t.Fatal(err)
	}
	left := index.Rank("create pet", nil, func(i int) float64 { return float64(i) })
	if got := names(texts, left); !slices.Equal(got, []string{"createPetNow"}) {
		t.Errorf("%q", got)
	}
}

func TestReadIndexRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a\tb", "a\tb\t1\t1 2 3", "a\tb\tone\t1 2 3 4", "a\tb\t1\t1 2 3 x\n\npet 1n"} {
		if _, err := relevance.ReadIndex(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
