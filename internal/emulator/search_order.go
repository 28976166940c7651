package emulator

import "strings"

// ordering is one field to sort by.
type ordering struct {
	field string
	down  bool
}

func sortNames() []string {
	return []string{"sort", "sort_by", "sortBy", "order_by", "orderBy", "order", "sort_order", "sortOrder", "direction"}
}

// orderOf reads "name:desc", "-name" and "name desc", one or several.
func orderOf(c *call) []ordering {
	body, _ := c.body.(map[string]any)
	var order []ordering
	down := false
	for _, name := range sortNames() {
		words := c.query[name]
		if list, ok := body[name].([]any); ok {
			words = append(words, plainWords(list)...)
		} else if word := text(body, name); word != "" {
			words = append(words, word)
		}
		for _, word := range words {
			if lower := strings.ToLower(word); lower == "asc" || lower == "desc" {
				down = lower == "desc"
				continue
			}
			order = append(order, orderings(word)...)
		}
	}
	for i := range order {
		order[i].down = order[i].down != down
	}
	return order
}

func orderings(words string) []ordering {
	var order []ordering
	for word := range strings.SplitSeq(words, ",") {
		word, isDown := strings.CutPrefix(strings.TrimSpace(word), "-")
		field, direction, _ := strings.Cut(strings.ReplaceAll(word, ":", " "), " ")
		if field != "" && field != "_score" {
			order = append(order, ordering{field, isDown || strings.EqualFold(direction, "desc")})
		}
	}
	return order
}

// compare puts two things in order; one without the field comes last.
func (s *selection) compare(a, b object) int {
	for _, by := range s.order {
		first, hasFirst := leaf(a, by.field)
		second, hasSecond := leaf(b, by.field)
		switch {
		case !hasFirst && !hasSecond:
			continue
		case !hasFirst:
			return 1
		case !hasSecond:
			return -1
		}
		if found := order(first, second); found != 0 && by.down {
			return -found
		} else if found != 0 {
			return found
		}
	}
	return 0
}

func leaf(thing object, field string) (string, bool) {
	for _, value := range thing.values(strings.TrimSuffix(field, ".keyword")) {
		if texts := leaves(value); len(texts) > 0 {
			return texts[0], true
		}
	}
	return "", false
}
