package suggest

import "testing"

func TestKebab(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"token_type": "token-type", "tokenType": "token-type", "X-Epilot-Org-ID": "x-epilot-org-id",
		"s3FileUrl": "s3-file-url", "IDToken": "id-token", "orgIDs": "org-ids", "_revision": "revision",
		"filter[size]": "filter-size", "$": "", "": "", "größeMax": "größe-max", "URL": "url",
	} {
		if got := Kebab(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestContinue(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ typed, name, want string }{
		{"list", "listAccessTokens", "listAccessTokens"},
		{"list-acc", "listAccessTokens", "list-access-tokens"},
		{"list-", "listAccessTokens", "list-access-tokens"},
		{"list_acc", "listAccessTokens", "list_access_tokens"},
		{"ListA", "listAccessTokens", "ListAccessTokens"},
		{"accessT", "access-token", "accessToken"},
		{"LISTA", "listAccessTokens", "LISTAccessTokens"},
		{"calc", "$calculatePricingDetails", "calculatePricingDetails"},
		{"list-x", "listAccessTokens", ""},
		{"-", "listAccessTokens", ""},
		{"", "listAccessTokens", ""},
	} {
		if got := Continue(row.typed, row.name); got != row.want {
			t.Errorf("%q of %s goes on as %q, want %q", row.typed, row.name, got, row.want)
		}
	}
}
