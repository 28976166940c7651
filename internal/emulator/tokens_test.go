package emulator_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

const collection = "/v1/access-tokens"

func TestTokenLivesUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m := b.create(`{"name":"CI <ü>","assignments":[]}`)
	if !regexp.MustCompile(`^api_[0-9A-Za-z]{21}$`).MatchString(m.ID) {
		t.Errorf("id %q", m.ID)
	}
	fresh := `{"id":"` + m.ID + `","created_at":"2026-02-24T12:00:00.123Z","name":"CI <ü>","token_type":"api","assignments":[]`
	used := fresh + `,"last_used":"2026-02-24"}`

	if got := b.as(b.token, "GET", collection, ""); got.body != "["+fresh+"}]" {
		t.Errorf("list before use: %s", got.body)
	}
	if got := b.as(m.Token, "GET", collection, ""); got.status != 200 || got.body != "["+used+"]" {
		t.Errorf("list with the new token: %d %s", got.status, got.body)
	}
	if got := b.as(b.token, "DELETE", collection+"/"+m.ID, ""); got.status != 200 || got.body != used {
		t.Errorf("revoke: %d %s", got.status, got.body)
	}
	b.as(m.Token, "GET", collection, "").want(t, 401, "revoked")
	b.as(b.token, "DELETE", collection+"/"+m.ID, "").want(t, 404, m.ID)
	b.as(b.token, "GET", collection, "").want(t, 200, "[]")
}

func TestCreatedTokenIsShownFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.as(b.token, "POST", collection, `{"name":"n","token_type":"portal","portal_id":"p1","expires_in":"1h"}`)
	order := regexp.MustCompile(`^\{"token":"[^"]+","id":"[^"]+","created_at":"[^"]+","name":"n","token_type":"portal","portal_id":"p1","expires_at":"2026-02-24T13:00:00.123Z"\}$`)
	if got.status != 201 || !order.MatchString(got.body) {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got.header.Get("Content-Type") != "application/json" {
		t.Errorf("content type %q", got.header.Get("Content-Type"))
	}
}

func TestSampleIDOfTheDefinitionCanBeRevoked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 2 {
		b.as(b.token, "DELETE", collection+"/api_5ZugdRXasLfWBypHi93Fk", "").want(t, 200, `"name":"sample"`)
	}
	b.as(b.token, "DELETE", collection+"/api_5ZugdRXasLfWBypHi93Fl", "").want(t, 404, `{"status":404,"error":"no access token`)
}

func TestListFilter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.create(`{"name":"one"}`)
	b.create(`{"name":"two","token_type":"app"}`)
	b.create(`{"name":"three","token_type":"journey","journey_id":"j"}`)
	names := regexp.MustCompile(`"name":"(\w+)"`)
	for query, want := range map[string]string{
		"":                                   "one two three",
		"?token_type=api":                    "one",
		"?token_type=journey&token_type=api": "one three",
		"?token_type=assume":                 "",
		"?unknown=1&token_type=app":          "two",
	} {
		got := b.as(b.token, "GET", collection+query, "")
		found := []string{}
		for _, match := range names.FindAllStringSubmatch(got.body, -1) {
			found = append(found, match[1])
		}
		if got.status != 200 || strings.Join(found, " ") != want {
			t.Errorf("%q: %d %q, want %q", query, got.status, found, want)
		}
	}
	b.as(b.token, "GET", collection+"?token_type=bogus", "").want(t, 400, "query parameter token_type: ")
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for body, lifetime := range map[string]time.Duration{
		`{"name":"n","expires_in":3600}`:     time.Hour,
		`{"name":"n","expires_in":"500ms"}`:  500 * time.Millisecond,
		`{"name":"n","expires_in":"2 days"}`: 48 * time.Hour,
	} {
		m := b.create(body)
		b.pass(lifetime - time.Millisecond)
		b.as(m.Token, "GET", collection, "").want(t, 200, m.ID)
		b.pass(time.Millisecond)
		b.as(m.Token, "GET", collection, "").want(t, 401, "expired")
	}
}

func TestLastUseIsKeptByTheDay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m := b.create(`{"name":"n"}`)
	b.as(m.Token, "GET", collection, "").want(t, 200, `"last_used":"2026-02-24"`)
	b.pass(24 * time.Hour)
	b.as(b.token, "GET", collection, "").want(t, 200, `"last_used":"2026-02-24"`)
	b.as(m.Token, "GET", collection, "").want(t, 200, `"last_used":"2026-02-25"`)
}

func TestBootstrapToken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	other := newBenchAt(t, b.state)
	if other.token != b.token {
		t.Error("two emulators on one state have two bootstrap tokens")
	}
	b.as(b.token, "GET", collection, "").want(t, 200, "[]")
	b.as(b.token, "DELETE", collection+"/"+claimsOf(t, b.token)["token_id"].(string), "").want(t, 200, "local epilot")
	b.as(b.token, "GET", collection, "").want(t, 401, "revoked")
	next, err := b.emulator.BootstrapToken()
	if err != nil || next == b.token {
		t.Fatalf("after the revocation: the same token, %v", err)
	}
	other.as(next, "GET", collection, "").want(t, 200, "[]")
}
