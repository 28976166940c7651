// Package relevance orders texts by how well they fit what somebody typed: BM25F
// (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over
// stems, with synonyms. It does not know what the texts are about.
package relevance

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Text is one text that can be found. The fields weigh less from top to bottom.
type Text struct {
	Name   string  // "createEntity"
	Line   string  // one sentence
	Owner  string  // what it belongs to: "entity"; its length does not count
	Detail string  // all else: path, tags, parameters
	Factor float64 // of the score; 0 means 1
}

// Hit is a text that was found, by its index.
type Hit struct {
	Index int
	Score float64
}

// Weights of the fields, a line's first words apart, and the constants of BM25:
// how soon a repetition stops to count, and how much a long field counts less.
const (
	inName, inOwner, inHead, inLine, inDetail = 4, 4, 3, 1.5, 0.6

	headWords = 4 // of a line: "Add a user …"

	saturation = 1.2
	lengthPart = 0.75
	ofWords    = 20.0 // average weighted length of a text

	leastOfBest = 0.4 // of the best score, below which a hit is noise
	nameBonus   = 1   // for a name that has no word but those that were typed
	exactly     = 100 // for the name itself
)

// Rank returns the texts that fit the query, best first; of equals the first.
// Not every word of the query must be met.
func Rank(texts []Text, query string) []Hit {
	q := newQuery(query)
	if len(q.terms) == 0 {
		return nil
	}
	met := make([]found, len(texts))
	frequency := make([]int, len(q.terms))
	for i, text := range texts {
		met[i] = q.find(text)
		for term, weight := range met[i].weights {
			if weight > 0 {
				frequency[term]++
			}
		}
	}
	var hits []Hit
	for i, text := range texts {
		score := met[i].score(frequency, len(texts))
		if strings.EqualFold(text.Name, query) {
			score += exactly
		}
		if score > 0 {
			hits = append(hits, Hit{i, score * cmp.Or(text.Factor, 1)})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	for i, hit := range hits {
		if hit.Score < hits[0].Score*leastOfBest {
			return hits[:i]
		}
	}
	return hits
}

// query is what somebody typed. A word of a text is looked up once.
type query struct {
	terms []term
	known map[string][]float64 // word of a text → how well it meets each term; nil for not at all
}

func newQuery(text string) *query { return &query{terms: termsOf(text), known: map[string][]float64{}} }

// meets is how well a word of a text meets each term, nil for none.
func (q *query) meets(word string) []float64 {
	weights, known := q.known[word]
	if known {
		return weights
	}
	stemmed := stem(word)
	for i, t := range q.terms {
		if weight := t.weight(word, stemmed); weight > 0 {
			if weights == nil {
				weights = make([]float64, len(q.terms))
			}
			weights[i] = weight
		}
	}
	q.known[word] = weights
	return weights
}

// found is how much of the query one text has.
type found struct {
	weights []float64 // by term, of all fields
	length  float64   // weighted
	inName  float64   // words of the name that meet a term, each by how well
	named   float64   // words of the name
}

func (q *query) find(text Text) found {
	f := found{}
	eachWord(text.Name, func(word string) {
		weights := q.meets(word)
		f.add(weights, inName)
		if !isVersion(word) {
			f.named++
			if weights != nil {
				f.inName += slices.Max(weights)
			}
		}
	})
	eachWord(text.Owner, func(word string) { f.add(q.meets(word), inOwner) })
	position := 0
	eachWord(text.Line, func(word string) {
		if position++; position <= headWords {
			f.add(q.meets(word), inHead)
			return
		}
		f.add(q.meets(word), inLine)
	})
	eachWord(text.Detail, func(word string) { f.add(q.meets(word), inDetail) })
	return f
}

// isVersion reports whether a word is one such as "v2".
func isVersion(word string) bool {
	return len(word) == 2 && word[0] == 'v' && '0' <= word[1] && word[1] <= '9'
}

func (f *found) add(weights []float64, field float64) {
	if field != inOwner {
		f.length += field / inLine
	}
	if weights == nil {
		return
	}
	if f.weights == nil {
		f.weights = make([]float64, len(weights))
	}
	for term, weight := range weights {
		f.weights[term] += weight * field
	}
}

// score is BM25F, times how many of the terms are there at all.
func (f *found) score(frequency []int, texts int) float64 {
	total, met := 0.0, 0
	for term, weight := range f.weights {
		if weight == 0 {
			continue
		}
		met++
		rare := math.Log(1 + (float64(texts)-float64(frequency[term])+0.5)/(float64(frequency[term])+0.5))
		weight /= 1 - lengthPart + lengthPart*f.length/ofWords
		total += rare * weight / (saturation + weight)
	}
	if met == 0 {
		return 0
	}
	share := float64(met) / float64(len(frequency))
	if f.named > 0 {
		total *= 1 + nameBonus*f.inName/f.named
	}
	return total * share * share
}
