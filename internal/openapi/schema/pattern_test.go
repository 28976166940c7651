package schema_test

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

func TestDescribePattern(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		`^[a-zA-Z0-9_-]+$`:          "letters, digits, - and _",
		`^[a-z0-9_]*$`:              "lower-case letters, digits and _",
		`^\d+$`:                     "digits",
		`^[a-zA-Z0-9_-]{1,100}$`:    "letters, digits, - and _, 1 to 100 characters",
		`^[A-Za-z0-9_-]{43}$`:       "letters, digits, - and _, 43 characters",
		`^[a-z]{2,}$`:               "lower-case letters, at least 2 characters",
		`^[a-z0-9][a-z0-9-]{0,63}$`: "lower-case letters, digits and -, the first a lower-case letter or digit, 1 to 64 characters",
		`^[A-Z][A-Za-z0-9]{2,79}$`:  "letters and digits, the first an upper-case letter, 3 to 80 characters",
		`^[a-z][a-z0-9_]*$`:         "lower-case letters, digits and _, the first a lower-case letter",
		`^[0-9a-fA-F]{6}$`:          "hexadecimal digits, 6 characters",
		`^[^:]+$`:                   "matching ^[^:]+$",
		`^.+:.+$`:                   "matching ^.+:.+$",
		`^https://`:                 "matching ^https://",
		`[a-z]+`:                    "matching [a-z]+",
		`^([01]\d|2[0-3]):[0-5]\d$`: "matching ^([01]\\d|2[0-3]):[0-5]\\d$",
		`^(?:`:                      "matching ^(?:",
		`^[äöü]+$`:                  "matching ^[äöü]+$",
		`^[a-z][0-9][a-z]+$`:        "matching ^[a-z][0-9][a-z]+$",
		`^[a-zA-Z_][a-z.]*$`:        "lower-case letters and ., the first a letter or _",
		`^[_-][a-z]+$`:              "lower-case letters, the first - or _",
		`^[a-z]$`:                   "matching ^[a-z]$",
		`^[a-fA-F]+$`:               "matching ^[a-fA-F]+$",
		`^[\x00-\x1f]+$`:            "matching ^[\\x00-\\x1f]+$",
		`^[a-z0-9][a-z0-9_.-]{3}$`:  "lower-case letters, digits, -, . and _, the first a lower-case letter or digit, 4 characters",
	} {
		if got := schema.DescribePattern(pattern); got != want {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
	}
}
