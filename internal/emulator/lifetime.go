package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	year = 36525 * day / 100 // Julian: 365.25 days

	longestLifetime = 100 * year
)

// parseLifetime reads "expires_in": a number of seconds, or a duration text
// such as "1h", "7 days" or "500ms". A text without a unit is in seconds.
func parseLifetime(value any) (time.Duration, error) {
	switch given := value.(type) {
	case json.Number:
		return scale(given.String(), time.Second)
	case string:
		return parsePeriod(given)
	}
	return 0, errors.New(`must be seconds, or a duration such as "1h" or "7 days"`)
}

func parsePeriod(text string) (time.Duration, error) {
	unit := strings.TrimLeft(text, "0123456789")
	count := text[:len(text)-len(unit)]
	size := unitSize(strings.ToLower(strings.TrimPrefix(unit, " ")))
	if count == "" || size == 0 {
		return 0, fmt.Errorf(`%q is not a duration such as "1h", "7 days" or "500ms"`, text)
	}
	return scale(count, size)
}

func scale(count string, unit time.Duration) (time.Duration, error) {
	number, err := strconv.ParseFloat(count, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%q is not a number", count)
	}
	switch {
	case number < 0:
		return 0, errors.New("must not be negative")
	case number*float64(unit) > float64(longestLifetime):
		return 0, errors.New("must be at most 100 years")
	}
	return time.Duration(number * float64(unit)), nil
}

// unitSize is the length of a unit in its short and long spellings, 0 for an
// unknown one.
func unitSize(unit string) time.Duration {
	switch unit {
	case "ms", "msec", "msecs", "millisecond", "milliseconds":
		return time.Millisecond
	case "", "s", "sec", "secs", "second", "seconds":
		return time.Second
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return day
	case "w", "week", "weeks":
		return 7 * day
	case "y", "yr", "yrs", "year", "years":
		return year
	}
	return 0
}
