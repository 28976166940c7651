package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func flag(value string) *string { return &value }

func stored(value string, expires time.Duration) Stored {
	return Stored{Value: value, ExpiresAt: noon.Add(expires)}
}

// in returns an Input with a profile's token and that of credentials.json.
func in(profile, file Stored) Input {
	return Input{Holders: []Holder{
		{Token: Token{Source: FromProfile, Profile: "dev", Store: InFile}, Read: func() (Stored, error) { return profile, nil }},
		{Token: Token{Source: FromFile, Store: InFile}, Read: func() (Stored, error) { return file, nil }},
	}}
}

func (in Input) with(flag *string, env string) Input {
	in.Flag, in.Env = flag, env
	return in
}

func TestResolveOrder(t *testing.T) {
	t.Parallel()
	lasting := Stored{Value: "profile-token"}
	ended := unsigned(rs256, `{"exp":1}`)
	tests := map[string]struct {
		in     Input
		value  string // "" if there is no token
		source Source
	}{
		"nothing":                        {in(Stored{}, Stored{}), "", ""},
		"no holders":                     {Input{}, "", ""},
		"flag before all":                {in(lasting, stored("c", time.Hour)).with(flag("f"), "e"), "f", FromFlag},
		"environment before stored":      {in(lasting, stored("c", time.Hour)).with(nil, "e"), "e", FromEnv},
		"profile before file":            {in(lasting, stored("c", time.Hour)), "profile-token", FromProfile},
		"expired profile, file":          {in(stored("p", -time.Second), stored("c", time.Hour)), "c", FromFile},
		"profile that expires now":       {in(stored("p", 0), Stored{}), "", ""},
		"profile that lasts":             {in(stored("p", time.Second), Stored{}), "p", FromProfile},
		"expired file":                   {in(Stored{}, stored("c", -time.Hour)), "", ""},
		"file without expiry":            {in(Stored{}, Stored{Value: "c"}), "c", FromFile},
		"token that says it has expired": {in(Stored{Value: ended}, Stored{Value: "c"}), "c", FromFile},
		"what is stored goes first":      {in(stored(ended, time.Hour), Stored{}), ended, FromProfile},
		"empty environment is none":      {in(lasting, Stored{}).with(nil, " "), "profile-token", FromProfile},
		"space around it is trimmed":     {Input{Flag: flag(" f\r\n")}, "f", FromFlag},
		"profile's newline is trimmed":   {in(Stored{Value: "p\n"}, Stored{}), "p", FromProfile},
		"blank profile token is none":    {in(Stored{Value: " "}, Stored{Value: "c"}), "c", FromFile},
		"what expired is not considered": {in(stored("p", -time.Hour), Stored{}).with(nil, "e"), "e", FromEnv},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.in.Now = noon
			got, err := Resolve(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if test.value == "" {
				if got != nil {
					t.Fatalf("got the token of %v, want none", got)
				}
				return
			}
			if got == nil || got.Value != test.value || got.Source != test.source {
				t.Fatalf("got %v, want %s from %s", got, test.value, test.source)
			}
		})
	}
}

func TestResolveReadsOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	broken := errors.New("cut")
	all := in(Stored{Value: "p"}, Stored{})
	all.Now = noon
	all.Holders[1].Read = func() (Stored, error) { return Stored{}, broken }
	if _, err := Resolve(all); err != nil {
		t.Errorf("a broken file stopped a call that has its token from elsewhere: %v", err)
	}
	all.Holders = all.Holders[1:]
	if _, err := Resolve(all.with(nil, "e")); err != nil {
		t.Errorf("a broken file stopped a call that has its token from the environment: %v", err)
	}
	for name, err := range map[string]error{
		"Resolve": second(Resolve(all)), "Expired": second(Expired(all)), "Missing": Missing(all),
	} {
		if !errors.Is(err, broken) {
			t.Errorf("%s: got %v, want the file's error", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestCommandIsNotPassedOver checks that an expired token printed by a program is
// not replaced by another account's token.
func TestCommandIsNotPassedOver(t *testing.T) {
	t.Parallel()
	all := in(Stored{Value: unsigned(rs256, `{"exp":1}`)}, Stored{Value: "c"})
	all.Now = noon
	all.Holders[0].Token.Store = ByCommand
	got, err := Resolve(all)
	if err != nil || got.Source != FromProfile {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	all := in(stored("p", -time.Hour), stored("c", -time.Minute))
	all.Now = noon
	got, err := Expired(all)
	if err != nil || got.Value != "p" || !got.ExpiresAt.Equal(noon.Add(-time.Hour)) {
		t.Errorf("got %v, %v", got, err)
	}
	lasting := in(Stored{}, stored("c", time.Minute))
	lasting.Now = noon
	if got, err := Expired(lasting); got != nil || err != nil {
		t.Errorf("got %v, %v, want none", got, err)
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	for value, hint := range map[string]string{
		"sec\nret":      "one line",
		"sec ret":       "one line",
		"sec\x00ret":    "one line",
		"sec\x1b[2Jret": "one line",
		"sec\u202eret":  "one line",
		"bearer secret": "word Bearer",
		"":              "--token",
		" ":             "--token",
	} {
		_, err := Resolve(Input{Flag: flag(value), Now: noon, Env: "other-account"})
		if err == nil {
			t.Errorf("%q was accepted", value)
			continue
		}
		failed := failure.Of(err)
		if failed.Kind != failure.Usage || !strings.Contains(failed.Hint, hint) {
			t.Errorf("%q: got %v, hint %q", value, failed, failed.Hint)
		}
		if strings.Contains(failed.Message+failed.Hint, "ret") {
			t.Errorf("%q is shown: %v", value, failed)
		}
	}
}

func TestTokenNeverShowsItsValue(t *testing.T) {
	t.Parallel()
	token := Token{Value: "s3cr3t", Source: FromProfile, Profile: "dev\x1b"}
	encoded, err := json.Marshal(map[string]any{"token": &token})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{
		fmt.Sprintf("%v|%+v|%#v|%s|%q|%d|%x", token, token, token, token, token, token, token),
		fmt.Sprint(&token), fmt.Sprintf("%#v", &token), string(encoded),
	} {
		if strings.Contains(shown, "s3cr3t") || strings.Contains(shown, "\x1b") || !strings.Contains(shown, "profile") {
			t.Errorf("shown as %q", shown)
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   Input
		want string
	}{
		"nothing": {in(Stored{}, Stored{}), "no token for this call"},
		"profile": {
			in(stored("s3cr3t", -75*time.Hour), Stored{}),
			`no token for this call; the token of profile "dev" expired 3 days ago`,
		},
		"both": {
			in(stored("s3cr3t", -time.Hour), stored("s3cr3t", -59*time.Second)),
			`no token for this call; the token of profile "dev" expired 1 hour ago; the token of credentials.json expired 59 seconds ago`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.in.Now = noon
			failed := failure.Of(Missing(test.in))
			if failed.Message != test.want || failed.Kind != failure.Credentials || failed.Hint == "" {
				t.Errorf("got %s: %s (%s)\nwant %s", failed.Kind, failed.Message, failed.Hint, test.want)
			}
		})
	}
}

func TestTokenNamesItsSource(t *testing.T) {
	t.Parallel()
	for want, token := range map[string]Token{
		"EPILOT_TOKEN":                        {Source: FromEnv},
		"the mock":                            {Source: FromEmulator},
		`profile "dev"`:                       {Source: FromProfile, Profile: "dev", Store: InFile},
		`profile "dev" (keyring)`:             {Source: FromProfile, Profile: "dev", Store: InKeyring},
		`profile "dev" (for entity, command)`: {Source: FromProfile, Profile: "dev", API: "entity", Store: ByCommand},
		"credentials.json (keyring)":          {Source: FromFile, Store: InKeyring},
		`profile "a\x1b" (for entity)`:        {Source: FromProfile, Profile: "a\x1b", API: "entity", Store: InFile},
	} {
		if got := token.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": "…", "12345678901": "…", "123456789012": "…9012", "äöüäöüäöüäöü": "…üäöü",
	} {
		if got := Hint(value); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}

func TestLasting(t *testing.T) {
	t.Parallel()
	for want, ends := range map[string]time.Time{
		"has no expiry date":    {},
		"expires in 1 day":      noon.Add(47 * time.Hour),
		"expires in 2 minutes":  noon.Add(2 * time.Minute),
		"expired 0 seconds ago": noon,
		"expired 400 days ago":  noon.Add(-400 * 24 * time.Hour),
	} {
		if got := DescribeExpiry(ends, noon); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestKind(t *testing.T) {
	t.Parallel()
	const pool = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12"
	for _, row := range []struct {
		claims Claims
		want   Kind
	}{
		{Claims{TokenType: "api", Issuer: pool}, AccessToken},
		{Claims{TokenType: "app"}, AccessToken},
		{Claims{TokenType: "assume"}, AccessToken},
		{Claims{TokenType: "journey"}, Publishable},
		{Claims{TokenType: "portal"}, Publishable},
		{Claims{Issuer: pool}, OAuthSession},
		{Claims{Issuer: "https://cognito-idp.eu-central-1.amazonaws.com.evil.example/eu-central-1_Ab12"}, OtherKind},
		{Claims{Issuer: "http://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12"}, OtherKind},
		{Claims{Issuer: "https://cognito-idp.eu-central-1.amazonaws.com/../x_y"}, OtherKind},
		{Claims{Issuer: "https://cognito-idp.eu-central-1.amazonaws.com/us-east-1_Ab12"}, OtherKind},
		{Claims{Issuer: "https://cognito-idp.a.b.amazonaws.com/a.b_Ab12"}, OtherKind},
		{Claims{Issuer: pool + "?x"}, OtherKind},
		{Claims{}, OtherKind},
	} {
		if got := row.claims.Kind(); got != row.want {
			t.Errorf("%+v: got %q, want %q", row.claims, got, row.want)
		}
	}
}

// TestNoBearerToken checks that malformed tokens, as produced by scripts and files,
// are rejected with a hint.
func TestNoBearerToken(t *testing.T) {
	t.Parallel()
	for value, hint := range map[string]string{
		`"SeCrEt"`: "quotes", `'SeCrEt'`: "quotes", `{"token":"SeCrEt"}`: "JSON", "null": "returned no token", "undefined": "returned no token",
		"None": "returned no token", "NaN": "returned no token", "-": "returned no token", "a=b": "only the token", "Bearer SeCrEt": "the word Bearer", "SeCrEt,x": "only the token", "=": "only the token",
	} {
		for _, in := range []Input{{Env: value}, {Flag: &value}} {
			token, err := Resolve(in)
			if token != nil || failure.Of(err).Kind != failure.Usage || !strings.Contains(failure.Of(err).Hint, hint) {
				t.Errorf("%s: got %v, %v", value, token, err)
			}
			if err != nil && strings.Contains(err.Error()+failure.Of(err).Hint, "SeCrEt") {
				t.Errorf("%s is shown: %v", value, err)
			}
		}
	}
	for _, value := range []string{"opaque-token_1.~+/==", "eyJh.eyJp.c2ln", " padded\r\n", "\xef\xbb\xbfmarked\r\n", "\xff\xfem\x00a\x00r\x00k\x00e\x00d\x00\r\x00\n\x00"} {
		if token, err := Resolve(Input{Env: value}); err != nil || token == nil {
			t.Errorf("%q: %v", value, err)
		}
	}
}
