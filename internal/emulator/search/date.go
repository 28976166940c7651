package search

import (
	"strconv"
	"strings"
	"time"
)

// dateOf returns the time in a string that begins with a year and a month. It is
// quick for all other strings.
func dateOf(text string) (time.Time, bool) {
	if len(text) < len("2006-01") || text[4] != '-' || text[0] < '0' || text[0] > '9' {
		return time.Time{}, false
	}
	return parseDate(text)
}

// lastOf completes a date without a time that is the upper bound of a range, as
// Elasticsearch does ("Missing date components"): a missing day is the first, a
// missing time the last of the day.
func lastOf(text string) string {
	for _, layout := range []string{time.DateOnly, "2006-01"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly) + "T23:59:59.999Z"
		}
	}
	return text
}

// parseNumber parses a decimal number.
func parseNumber(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

// dateMath evaluates a date such as now, now-1d/d or 2026-01-01||+1M/d
// (Elasticsearch, "Date math"). upper rounds up to the last moment of the unit.
// ok is false for any other text.
func dateMath(text string, now time.Time, upper bool) (date string, ok bool) {
	base, rest, anchored := strings.Cut(text, "||")
	at := now.UTC()
	switch {
	case anchored:
		if at, ok = parseDate(base); !ok {
			return "", false
		}
	case strings.HasPrefix(text, "now") && !now.IsZero():
		rest = strings.TrimPrefix(text, "now")
	default:
		return "", false
	}
	for rest != "" {
		sign := rest[0]
		digits := rest[1:]
		end := len(digits) - len(strings.TrimLeft(digits, "0123456789"))
		if end >= len(digits) || end > 6 || sign == '/' && end > 0 {
			return "", false
		}
		count, unit := 1, digits[end]
		if end > 0 {
			count, _ = strconv.Atoi(digits[:end])
		}
		rest = digits[end+1:]
		switch sign {
		case '+':
			at, ok = addUnits(at, count, unit)
		case '-':
			at, ok = addUnits(at, -count, unit)
		case '/':
			if at, ok = roundDown(at, unit); ok && upper {
				at, _ = addUnits(at, 1, unit)
				at = at.Add(-time.Millisecond)
			}
		default:
			ok = false
		}
		if !ok {
			return "", false
		}
	}
	return at.Format("2006-01-02T15:04:05.000Z"), true
}

func parseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly, "2006-01", "2006"} {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC(), true
		}
	}
	return time.Time{}, false
}

func addUnits(at time.Time, count int, unit byte) (time.Time, bool) {
	switch unit {
	case 'y':
		return at.AddDate(count, 0, 0), true
	case 'M':
		return at.AddDate(0, count, 0), true
	case 'w':
		return at.AddDate(0, 0, 7*count), true
	case 'd':
		return at.AddDate(0, 0, count), true
	case 'h', 'H':
		return at.Add(time.Duration(count) * time.Hour), true
	case 'm':
		return at.Add(time.Duration(count) * time.Minute), true
	case 's':
		return at.Add(time.Duration(count) * time.Second), true
	}
	return at, false
}

func roundDown(at time.Time, unit byte) (time.Time, bool) {
	y, m, d := at.Date()
	switch unit {
	case 'y':
		return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), true
	case 'M':
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), true
	case 'w':
		return time.Date(y, m, d-(int(at.Weekday())+6)%7, 0, 0, 0, 0, time.UTC), true
	case 'd':
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true
	case 'h', 'H':
		return at.Truncate(time.Hour), true
	case 'm':
		return at.Truncate(time.Minute), true
	case 's':
		return at.Truncate(time.Second), true
	}
	return at, false
}
