package emulator

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// counted sets the members around a list that count, in the schema's order.
func (w window) counted(around object, s *operation.Schema, total int) object {
	complete := object{}
	for _, name := range memberNames(s) {
		value := around.at(name)
		if count := w.counts(name, value, schema.Member(s, name), total); count != nil {
			value = count
		}
		if value != nil && !(w.cursor && isNext(name) && w.last(total)) {
			complete = append(complete, member{name, value})
		}
	}
	for _, m := range around {
		if complete.at(m.name) == nil && !isNext(m.name) {
			complete = append(complete, m)
		}
	}
	return complete
}

// last reports whether nothing comes after the window.
func (w window) last(total int) bool { return w.size < 0 || w.offset+w.size >= total }

// counts is what the window says of one member, nil where that is nothing that
// fits.
func (w window) counts(name string, value jsontext.Value, s *operation.Schema, total int) jsontext.Value {
	count := w.count(name, total)
	inner, isObject := parseObject(value)
	switch {
	case isObject && isAboutPages(name):
		count = w.counted(inner, s, total).text()
	case count == nil && w.cursor && isNext(name) && !w.last(total):
		count = quoted(cursorPrefix + strconv.Itoa(w.offset+w.size))
	}
	if count == nil || !fitsSchema(s, count) {
		return nil
	}
	return count
}

func isAboutPages(name string) bool {
	return slices.Contains([]string{"pagination", "meta", "_meta", "paging", "page_info", "pageInfo"}, name)
}

// count is the value of a member that counts, nil for one that does not.
func (w window) count(name string, total int) jsontext.Value {
	switch {
	case slices.Contains([]string{
		"total", "hits", "count", "total_count", "totalCount", "total_results", "totalResults", "totalHits",
		"total_hits", "totalItems", "total_items",
	}, name):
		return number(total)
	case slices.Contains([]string{"has_more", "hasMore", "more", "has_next", "hasNext"}, name):
		return jsontext.Value(strconv.FormatBool(!w.last(total)))
	case w.size < 0:
		return nil
	case slices.Contains(sizeNames(), name):
		return number(w.size)
	case slices.Contains(offsetNames(), name):
		return number(w.offset)
	case slices.Contains(pageNames(), name) && w.size > 0:
		return number(w.offset/w.size + 1)
	}
	return nil
}

func isNext(name string) bool { return slices.Contains(cursorNames(), name) }

func number(n int) jsontext.Value { return jsontext.Value(strconv.Itoa(n)) }
