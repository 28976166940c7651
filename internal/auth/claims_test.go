package auth

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// unsigned returns a token with the claims and a meaningless signature.
func unsigned(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + ".c2ln"
}

const rs256 = `{"alg":"RS256","kid":"k"}`

func TestParse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		claims string
		want   Claims
	}{
		"access token": {
			`{"token_type":"api","token_id":"api_1","token_name":"CI","org_id":"739224","iss":"https://x","assume_roles":["739224:owner","739224:a"],"read_only":true,"anonymize":false,"iat":1700000000,"exp":1700000001.9,"admin_email":"a@b"}`,
			Claims{
				TokenType: "api", TokenID: "api_1", TokenName: "CI", OrgID: "739224", Issuer: "https://x", AdminEmail: "a@b",
				Roles: []string{"739224:owner", "739224:a"}, ReadOnly: true,
				IssuedAt: time.Unix(1700000000, 0).UTC(), ExpiresAt: time.Unix(1700000001, 0).UTC(),
			},
		},
		"user session": {
			`{"token_use":"id","email":"a@b","cognito:username":"u","custom:ivy_org_id":"1","custom:ivy_user_id":"2","read_only":"true","anonymize":"false"}`,
			Claims{Email: "a@b", Username: "u", OrgID: "1", UserID: "2", ReadOnly: true},
		},
		"own name first":         {`{"org_id":"1","custom:ivy_org_id":"2"}`, Claims{OrgID: "1"}},
		"number keeps its text":  {`{"org_id":12345678901234567890}`, Claims{OrgID: "12345678901234567890"}},
		"names are exact":        {`{"Org_ID":"1","EXP":1}`, Claims{}},
		"wrong types":            {`{"org_id":[1],"assume_roles":{"a":1},"exp":"soon","read_only":1,"iat":null}`, Claims{}},
		"one role":               {`{"assume_roles":"owner"}`, Claims{Roles: []string{"owner"}}},
		"beyond the year 9999":   {`{"exp":1e300,"iat":253402300800}`, Claims{}},
		"before 1970":            {`{"exp":-1}`, Claims{}},
		"last second of the era": {`{"exp":253402300799}`, Claims{ExpiresAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(unsigned(rs256, test.claims))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(*got, test.want) {
				t.Errorf("got  %+v\nwant %+v", *got, test.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, token := range []string{
		"", "opaque-s3cr3t", "a.b", "s3cr3t.s3cr3t.s3cr3t", "!.!.!",
		unsigned(`{"alg":"RS256"`, `{}`), unsigned(rs256, `[]`), unsigned(rs256, `{"org_id":`),
	} {
		_, err := Parse(token)
		if err == nil || failure.Of(err).Kind != failure.Credentials {
			t.Errorf("%q: got %v", token, err)
			continue
		}
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("the token is shown: %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, claims := range []string{`{}`, `{"exp":1e400}`, `{"assume_roles":[1,null,"a"]}`, `null`, `{"org_id":1.0}`, `{"iat":-0}`} {
		f.Add(unsigned(rs256, claims))
		f.Add(unsigned(`{"alg":"none"}`, claims))
		f.Add(claims)
	}
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		got, err := Parse(token)
		if (got == nil) == (err == nil) {
			t.Fatalf("got %v and %v", got, err)
		}
		if err != nil {
			return
		}
		for _, at := range []time.Time{got.IssuedAt, got.ExpiresAt} {
			if _, err := at.MarshalText(); err != nil {
				t.Fatalf("%v cannot be written: %v", at, err)
			}
		}
		if !utf8.ValidString(got.OrgID) {
			t.Fatalf("%q is not valid UTF-8", got.OrgID)
		}
	})
}
