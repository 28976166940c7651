// Package relevance ranks texts by how well they match a query: BM25F (Robertson and
// Zaragoza, "The Probabilistic Relevance Framework", 2009) over stems, with
// synonyms. It is independent of the subject of the texts.
package relevance

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Text is one searchable text. The fields are ordered from highest to lowest weight.
type Text struct {
	ID     string  // the caller's key; not searched
	Name   string  // "createEntity"; its length counts only unmatched words
	Line   string  // one sentence
	Owner  string  // the parent: "entity"; its length does not count
	Detail string  // everything else: path, tags, parameters
	Factor float64 // score multiplier; 0 means 1
}

func (t *Text) factor() float64 { return cmp.Or(t.Factor, 1) }

// eachWord visits the words of all fields.
func (t *Text) eachWord(visit func(word string, field rune)) {
	eachWord(t.Name, func(word string) { visit(word, nameLetter) })
	eachWord(t.Owner, func(word string) { visit(word, ownerLetter) })
	position := 0
	eachWord(t.Line, func(word string) {
		if position++; position <= headWords {
			visit(word, headLetter)
			return
		}
		visit(word, lineLetter)
	})
	eachWord(t.Detail, func(word string) { visit(word, detailLetter) })
}

// Hit is a matching text, identified by its index.
type Hit struct {
	Index int
	Score float64
}

// Field weights, with the first words of a line separate, and the BM25 constants:
// how quickly repetitions stop counting, and how much long fields are penalized.
const (
	inName, inOwner, inHead, inLine, inDetail = 4, 4, 3, 1.5, 0.6

	headWords = 4 // at the start of a line: "Add a user …"

	saturation = 1.2
	lengthPart = 0.75
	ofWords    = 20.0 // average weighted length of a text

	leastOfBest = 0.4 // fraction of the best score, below which a hit is noise
	nameBonus   = 1   // for a name whose words are all in the query
	exactly     = 100 // for the exact name
)

// Rank returns the texts that match the query, best first; ties keep their order.
// Not every word of the query must match. The texts in more are numbered after the
// last text of the index. The score of an indexed text is multiplied by its factor
// and by the result of adjust: 0 excludes the text.
func (x *Index) Rank(query string, more []Text, adjust func(text int) float64) []Hit {
	q := newQuery(query)
	if len(q.terms) == 0 {
		return nil
	}
	met := x.find(q)
	for i := range met {
		met[i].factor = x.entries[i].factor * adjust(i)
		met[i].exact = strings.EqualFold(x.entries[i].name, query)
	}
	for _, text := range more {
		f := q.find(text)
		f.factor, f.exact = text.factor(), strings.EqualFold(text.Name, query)
		met = append(met, f)
	}
	return rank(met, len(q.terms))
}

func rank(met []found, terms int) []Hit {
	frequency, texts := make([]int, terms), 0
	for i := range met {
		if met[i].factor == 0 {
			continue
		}
		texts++
		for term, weight := range met[i].weights {
			if weight > 0 {
				frequency[term]++
			}
		}
	}
	var hits []Hit
	best := 0.0 // the score that decides what is noise
	for i := range met {
		score := met[i].fit(frequency, texts) * met[i].factor
		best = max(best, score)
		if met[i].exact {
			score += exactly * met[i].factor
			if met[i].named > 1 { // a name of one word, such as "environment", may not be what is meant
				best = max(best, score)
			}
		}
		if score > 0 {
			hits = append(hits, Hit{i, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	for i, hit := range hits {
		if hit.Score < best*leastOfBest {
			return hits[:i]
		}
	}
	return hits
}

// query is a parsed query. Each word of the texts is looked up once.
type query struct {
	terms []term
	known map[string][]float64 // word of a text → its weight for each term; nil if none matches
}

func newQuery(text string) *query { return &query{terms: termsOf(text), known: map[string][]float64{}} }

// meets returns the weight of a word for each term, or nil if none matches.
func (q *query) meets(word string) []float64 {
	weights, known := q.known[word]
	if !known {
		weights = q.weigh(word)
		q.known[word] = weights
	}
	return weights
}

func (q *query) weigh(word string) (weights []float64) {
	stemmed := stem(word)
	for i, t := range q.terms {
		if weight := t.weight(word, stemmed); weight > 0 {
			if weights == nil {
				weights = make([]float64, len(q.terms))
			}
			weights[i] = weight
		}
	}
	return weights
}

// found records how much of the query one text matches.
type found struct {
	weights []float64 // by term, of all fields
	length  float64   // of line and detail, weighted
	inName  float64   // matching words of the name, weighted by quality
	named   float64   // words of the name
	factor  float64   // score multiplier, 0 for an excluded text
	exact   bool      // the query is its name
}

func (q *query) find(text Text) found {
	f := found{}
	text.eachWord(func(word string, field rune) {
		weights := q.meets(word)
		f.add(weights, weightOf(field))
		if field != ownerLetter && field != nameLetter {
			f.length += weightOf(field) / inLine
		}
		if field == nameLetter && !isVersion(word) {
			f.named++
			if weights != nil {
				f.inName += slices.Max(weights)
			}
		}
	})
	return f
}

// isVersion reports whether a word is a version such as "v2".
func isVersion(word string) bool {
	return len(word) == 2 && word[0] == 'v' && '0' <= word[1] && word[1] <= '9'
}

func (f *found) add(weights []float64, field float64) {
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

// fit is BM25F weighted by the fraction of matched terms.
func (f *found) fit(frequency []int, texts int) float64 {
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

// Index is a precomputed inverted index: words with the texts that contain them, so
// that a query reads only matching texts.
type Index struct {
	entries []entry
	words   string // the lines of the words, searched without parsing
}

// entry is one text of an index.
type entry struct {
	id, name string
	factor   float64
	named    int     // words of the name that are not versions
	length   float64 // of line and detail, weighted
}

// Letters for the fields in an index; a posting has one per occurrence of a word.
const (
	nameLetter   = 'n'
	ownerLetter  = 'o'
	headLetter   = 'h'
	lineLetter   = 'l'
	detailLetter = 'd'
)

// BuildIndex returns the index of the texts in a line format that produces readable
// diffs. Each text has a line with its ID, name, factor and the number of words in
// name (without versions), head, rest of the line and detail. After an empty line,
// each word has a line: the word and, for each text that contains it, the distance
// from the previous text and the letters of the fields, as in "contact 5nh3d1dd".
// IDs and names must not contain tabs or newlines.
func BuildIndex(texts []Text) string {
	var out strings.Builder
	postings := map[string]*strings.Builder{}
	last := map[string]int{}
	for i, text := range texts {
		counts := map[rune]int{}
		letters := map[string]string{}
		text.eachWord(func(word string, field rune) {
			letters[word] += string(field)
			if field != nameLetter || !isVersion(word) {
				counts[field]++
			}
		})
		for word, fields := range letters {
			if postings[word] == nil {
				postings[word], last[word] = &strings.Builder{}, -1
			}
			fmt.Fprintf(postings[word], "%d%s", i-last[word], fields)
			last[word] = i
		}
		factor := strconv.FormatFloat(text.factor(), 'g', -1, 64)
		fmt.Fprintf(&out, "%s\t%s\t%s\t%d %d %d %d\n", text.ID, text.Name, factor,
			counts[nameLetter], counts[headLetter], counts[lineLetter], counts[detailLetter])
	}
	out.WriteString("\n")
	for _, word := range slices.Sorted(maps.Keys(postings)) {
		out.WriteString(word + " " + postings[word].String() + "\n")
	}
	return out.String()
}

// ReadIndex parses the output of BuildIndex. Only the lines of the texts are parsed
// up front. An unreadable line is an error.
func ReadIndex(text string) (*Index, error) {
	listed, words, _ := strings.Cut(text, "\n\n")
	x := &Index{words: words, entries: make([]entry, 0, strings.Count(listed, "\n")+1)}
	for line := range strings.SplitSeq(listed, "\n") {
		e, err := readEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the search index: %w", len(x.entries)+1, err)
		}
		x.entries = append(x.entries, e)
	}
	return x, nil
}

func readEntry(line string) (e entry, err error) {
	var factor, counts string
	e.id, line, _ = strings.Cut(line, "\t")
	e.name, line, _ = strings.Cut(line, "\t")
	factor, counts, _ = strings.Cut(line, "\t")
	if e.factor, err = strconv.ParseFloat(factor, 64); err != nil {
		return e, err
	}
	var n [4]int
	for i := range n {
		var count string
		count, counts, _ = strings.Cut(counts, " ")
		if n[i], err = strconv.Atoi(count); err != nil {
			return e, err
		}
	}
	e.named = n[0]
	e.length = (float64(n[1])*inHead + float64(n[2])*inLine + float64(n[3])*inDetail) / inLine
	return e, nil
}

// Len returns the number of texts in the index.
func (x *Index) Len() int { return len(x.entries) }

// Text returns the ID and name of an indexed text.
func (x *Index) Text(i int) (id, name string) { return x.entries[i].id, x.entries[i].name }

// find returns how much of the query each indexed text matches.
func (x *Index) find(q *query) []found {
	all := make([]found, len(x.entries))
	for i, e := range x.entries {
		all[i].length, all[i].named = e.length, float64(e.named)
	}
	for line := range strings.SplitSeq(x.words, "\n") {
		word, postings, _ := strings.Cut(line, " ")
		if weights := q.weigh(word); weights != nil {
			eachPosting(postings, func(i int, letters string) {
				if i < len(all) {
					all[i].meet(word, weights, letters)
				}
			})
		}
	}
	return all
}

func (f *found) meet(word string, weights []float64, letters string) {
	for _, letter := range letters {
		f.add(weights, weightOf(letter))
		if letter == nameLetter && !isVersion(word) {
			f.inName += slices.Max(weights)
		}
	}
}

func weightOf(letter rune) float64 {
	switch letter {
	case nameLetter:
		return inName
	case ownerLetter:
		return inOwner
	case headLetter:
		return inHead
	case lineLetter:
		return inLine
	}
	return inDetail
}

// eachPosting visits the texts that contain a word: their number, and the letters of
// the fields.
func eachPosting(postings string, visit func(text int, letters string)) {
	text := -1
	for at := 0; at < len(postings); {
		distance := 0
		for ; at < len(postings) && postings[at] <= '9'; at++ {
			distance = distance*10 + int(postings[at]-'0')
		}
		begin := at
		for at < len(postings) && postings[at] > '9' {
			at++
		}
		text += distance
		visit(text, postings[begin:at])
	}
}
