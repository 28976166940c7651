package search

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Aggregate computes the aggregations of a search over its results:
//
//	{"by_status": {"terms": {"field": "status", "size": 10}, "aggs": {…}}}
//
// The kinds are those of Elasticsearch: terms, date_histogram, sum, avg, min,
// max, value_count, cardinality and stats. The error names the invalid part.
func Aggregate(aggs jsontext.Value, items []jsonx.Object) (jsontext.Value, error) {
	all, ok := jsonx.ParseObject(aggs)
	if !ok {
		return nil, fmt.Errorf("aggs must be an object of aggregations")
	}
	result := jsonx.Object{}
	for _, m := range all {
		value, err := aggregate(m.Name, m.Value, items)
		if err != nil {
			return nil, err
		}
		result = append(result, jsonx.Member{Name: m.Name, Value: value})
	}
	return result.Text(), nil
}

// aggregate computes one aggregation: the member other than "aggs" is its kind.
func aggregate(name string, text jsontext.Value, items []jsonx.Object) (jsontext.Value, error) {
	definition, ok := jsonx.ParseObject(text)
	if !ok {
		return nil, fmt.Errorf("aggregation %q must be an object", name)
	}
	inner := definition.Get("aggs")
	if inner == nil {
		inner = definition.Get("aggregations")
	}
	for _, m := range definition {
		if m.Name == "aggs" || m.Name == "aggregations" || m.Name == "meta" {
			continue
		}
		options, _ := jsonx.ParseObject(m.Value)
		field := strings.TrimSuffix(jsonx.Unquote(options.Get("field")), ".keyword")
		if options.Get("field").Kind() != '"' {
			return nil, fmt.Errorf("aggregation %q: %s needs a field", name, m.Name)
		}
		switch m.Name {
		case "terms":
			return termBuckets(field, options, inner, items)
		case "date_histogram":
			return dateBuckets(name, field, options, inner, items)
		}
		return metric(name, m.Name, field, items)
	}
	return nil, fmt.Errorf("aggregation %q has no kind", name)
}

// metric computes one or more numbers from the values of a field.
func metric(name, kind, field string, items []jsonx.Object) (jsontext.Value, error) {
	texts := fieldTexts(field, items)
	numbers := numbersOf(texts)
	sum, least, most := 0.0, math.Inf(1), math.Inf(-1)
	for _, n := range numbers {
		sum, least, most = sum+n, min(least, n), max(most, n)
	}
	value := func(n float64, has bool) jsontext.Value {
		if !has {
			return jsontext.Value("null")
		}
		return jsontext.Value(strconv.FormatFloat(n, 'f', -1, 64))
	}
	has := len(numbers) > 0
	one := func(v jsontext.Value) jsontext.Value { return jsonx.Object{{Name: "value", Value: v}}.Text() }
	mean := value(sum/max(1, float64(len(numbers))), has)
	switch kind {
	case "sum":
		return one(value(sum, true)), nil
	case "avg":
		return one(mean), nil
	case "min":
		return one(value(least, has)), nil
	case "max":
		return one(value(most, has)), nil
	case "value_count":
		return one(value(float64(len(texts)), true)), nil
	case "cardinality":
		slices.Sort(texts)
		return one(value(float64(len(slices.Compact(texts))), true)), nil
	case "stats":
		return jsonx.Object{
			{Name: "count", Value: value(float64(len(numbers)), true)},
			{Name: "min", Value: value(least, has)},
			{Name: "max", Value: value(most, has)},
			{Name: "avg", Value: mean},
			{Name: "sum", Value: value(sum, true)},
		}.Text(), nil
	}
	return nil, fmt.Errorf("aggregation %q: %q is not supported; use terms, date_histogram, sum, avg, min, max, value_count, cardinality or stats", name, kind)
}

// fieldTexts returns all values of a field.
func fieldTexts(field string, items []jsonx.Object) []string {
	var texts []string
	for _, item := range items {
		texts = append(texts, textsIn(field, item)...)
	}
	return texts
}

func textsIn(field string, item jsonx.Object) []string {
	var texts []string
	for _, value := range object.Values(item, field) {
		texts = append(texts, object.Leaves(value)...)
	}
	return texts
}

func numbersOf(texts []string) []float64 {
	var numbers []float64
	for _, text := range texts {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// defaultBuckets is the default number of buckets of a terms aggregation.
const defaultBuckets = 10

// termBuckets returns a bucket for each value of a field, the most frequent first.
func termBuckets(field string, options jsonx.Object, inner jsontext.Value, items []jsonx.Object) (jsontext.Value, error) {
	groups := map[string][]jsonx.Object{}
	for _, item := range items {
		texts := textsIn(field, item)
		if missing := options.Get("missing"); len(texts) == 0 && missing != nil {
			texts = []string{jsonx.Unquote(missing)}
		}
		slices.Sort(texts)
		for _, text := range slices.Compact(texts) {
			groups[text] = append(groups[text], item)
		}
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(groups[b]), len(groups[a])), strings.Compare(a, b))
	})
	order, _ := jsonx.ParseObject(options.Get("order"))
	if way := jsonx.Unquote(order.Get("_key")); way != "" {
		slices.SortFunc(keys, compareText)
		if way == "desc" {
			slices.Reverse(keys)
		}
	} else if jsonx.Unquote(order.Get("_count")) == "asc" {
		slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(len(groups[a]), len(groups[b])) })
	}
	size := defaultBuckets
	if n, err := strconv.Atoi(jsonx.Unquote(options.Get("size"))); err == nil && n > 0 {
		size = n
	}
	others := 0
	for _, key := range keys[min(size, len(keys)):] {
		others += len(groups[key])
	}
	var buckets [][]byte
	for _, key := range keys[:min(size, len(keys))] {
		bucket, err := bucketOf(jsonx.Object{{Name: "key", Value: object.Quote(key)}}, groups[key], inner)
		if err != nil {
			return nil, err
		}
		buckets = append(buckets, bucket)
	}
	return jsonx.Object{
		{Name: "doc_count_error_upper_bound", Value: jsontext.Value("0")},
		{Name: "sum_other_doc_count", Value: jsontext.Value(strconv.Itoa(others))},
		{Name: "buckets", Value: jsonx.ArrayOf(buckets)},
	}.Text(), nil
}

// bucketOf completes a bucket with its count and inner aggregations.
func bucketOf(bucket jsonx.Object, items []jsonx.Object, inner jsontext.Value) ([]byte, error) {
	bucket = append(bucket, jsonx.Member{Name: "doc_count", Value: jsontext.Value(strconv.Itoa(len(items)))})
	if inner != nil {
		text, err := Aggregate(inner, items)
		if err != nil {
			return nil, err
		}
		members, _ := jsonx.ParseObject(text)
		bucket = append(bucket, members...)
	}
	return bucket.Text(), nil
}

// dateBuckets returns a bucket for each interval that has a resource, the
// earliest first. Times are in UTC.
func dateBuckets(name, field string, options jsonx.Object, inner jsontext.Value, items []jsonx.Object) (jsontext.Value, error) {
	interval := ""
	for _, member := range []string{"calendar_interval", "fixed_interval", "interval"} {
		interval = cmp.Or(interval, jsonx.Unquote(options.Get(member)))
	}
	groups := map[time.Time][]jsonx.Object{}
	for _, item := range items {
		for _, text := range textsIn(field, item) {
			at, ok := timeOf(text)
			if !ok {
				continue
			}
			begin, ok := beginOf(at, interval)
			if !ok {
				return nil, fmt.Errorf("aggregation %q: invalid interval %q; use minute, hour, day, week, month, quarter or year", name, interval)
			}
			groups[begin] = append(groups[begin], item)
		}
	}
	var buckets [][]byte
	for _, begin := range slices.SortedFunc(maps.Keys(groups), time.Time.Compare) {
		bucket, err := bucketOf(jsonx.Object{
			{Name: "key_as_string", Value: object.Quote(begin.Format("2006-01-02T15:04:05.000Z"))},
			{Name: "key", Value: jsontext.Value(strconv.FormatInt(begin.UnixMilli(), 10))},
		}, groups[begin], inner)
		if err != nil {
			return nil, err
		}
		buckets = append(buckets, bucket)
	}
	return jsonx.Object{{Name: "buckets", Value: jsonx.ArrayOf(buckets)}}.Text(), nil
}

func timeOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(n).UTC(), true
	}
	return time.Time{}, false
}

// beginOf returns the start of the interval that contains a time.
func beginOf(at time.Time, interval string) (time.Time, bool) {
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	switch interval {
	case "minute", "1m":
		return at.Truncate(time.Minute), true
	case "hour", "1h":
		return at.Truncate(time.Hour), true
	case "day", "1d":
		return day, true
	case "week", "1w":
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7), true
	case "month", "1M":
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC), true
	case "quarter", "1q":
		return time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC), true
	case "year", "1y":
		return time.Date(at.Year(), 1, 1, 0, 0, 0, 0, time.UTC), true
	}
	return time.Time{}, false
}
