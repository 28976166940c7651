package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestParseLifetime(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		value any
		want  time.Duration
	}{
		{json.Number("3600"), time.Hour},
		{json.Number("0"), 0},
		{json.Number("1e2"), 100 * time.Second},
		{json.Number("0.5"), 500 * time.Millisecond},
		{"3600", time.Hour},
		{"500ms", 500 * time.Millisecond},
		{"1 millisecond", time.Millisecond},
		{"10 s", 10 * time.Second},
		{"2 mins", 2 * time.Minute},
		{"1h", time.Hour},
		{"7 days", 7 * day},
		{"2 Weeks", 14 * day},
		{"1y", 8766 * time.Hour},
		{"100 years", 100 * 8766 * time.Hour},
	} {
		if got, err := parseLifetime(row.value); err != nil || got != row.want {
			t.Errorf("%v: %v %v, want %v", row.value, got, err, row.want)
		}
	}
	for _, bad := range []any{
		"", "h", "1 fortnight", "1  h", "1.5h", "-1h", "1h ", " 1h", "1h30m", "101 years", "99999999999999999999y",
		json.Number("-1"), json.Number("1e999"), true, nil,
	} {
		if got, err := parseLifetime(bad); err == nil {
			t.Errorf("%v: accepted as %v", bad, got)
		}
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	// Bytes of 248 and above are skipped, so that every character is equally likely.
	random := append(bytes.Repeat([]byte{255}, 30), bytes.Repeat([]byte{0, 61, 62, 247, 248}, 20)...)
	got, err := newTokenID(bytes.NewReader(random))
	if err != nil || got != "api_0z0z0z0z0z0z0z0z0z0z0" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := newTokenID(failing{}); err == nil {
		t.Error("a source of randomness that fails is not noticed")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("dry") }
