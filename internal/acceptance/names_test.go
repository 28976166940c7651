package acceptance

import (
	"slices"
	"strings"
	"testing"
)

// TestSpellings checks what each spelling of a name calls: the API and the
// operation, or the error for a name that calls nothing.
func TestSpellings(t *testing.T) {
	t.Parallel()
	const (
		list     = "GET https://access-token.sls.epilot.io/v1/access-tokens"
		search   = "POST https://entity.sls.epilot.io/v1/entity:search"
		pricing  = "POST https://pricing-api.sls.epilot.io/v1/pricing:compute"
		validate = "POST https://address.sls.epilot.io/v1/public/availability"
	)
	for _, row := range []struct{ line, want string }{
		// Spellings of the API.
		{"access-token listAccessTokens", list},
		{"accessToken listAccessTokens", list},
		{"AccessToken listAccessTokens", list},
		{"access_token listAccessTokens", list},
		{"ACCESS-TOKEN listAccessTokens", list},
		{"ACCESS_TOKEN listAccessTokens", list},
		{"accesstoken listAccessTokens", list},
		{"Entity searchEntities", search},
		{"entity searchEntities", search},
		// Spellings of the operation.
		{"access-token list-access-tokens", list},
		{"access-token list_access_tokens", list},
		{"access-token ListAccessTokens", list},
		{"access-token LISTACCESSTOKENS", list},
		{"access-token LIST_ACCESS_TOKENS", list},
		{"access-token listaccesstokens", list},
		{"access-token List-Access-Tokens", list},
		{"entity search-entities", search},
		{"pricing $calculatePricingDetails", pricing},
		{"pricing calculatePricingDetails", pricing},
		{"pricing calculate-pricing-details", pricing},
		{"pricing calculate_pricing_details", pricing},
		// Both.
		{"accessToken list-access-tokens", list},
		{"ACCESS_TOKEN list_access_tokens", list},
		{"Pricing CALCULATE-PRICING-DETAILS", pricing},
		// The operation alone, if only one API has it.
		{"listAccessTokens", list},
		{"list-access-tokens", list},
		{"LIST_ACCESS_TOKENS", list},
		{"searchEntities", search},
		{"search_entities", search},
		{"calculatePricingDetails", pricing},
		{"$calculatePricingDetails", pricing},
		{"availabilityCheck", validate}, // pricing has $availabilityCheck
		{"-q list-access-tokens", list},
		{"--json list-access-tokens", `{"method":"GET","url":"https://access-token.sls.epilot.io/v1/access-tokens"`},
		// Names that several APIs have, or none.
		{"getExecution", "getExecution is an operation of ai-agents, automation and workflow"},
		{"get-execution", "getExecution is an operation of ai-agents, automation and workflow"},
		{"availability-check", "is an operation of address and pricing"},
		{"entiy searchEntities", "did you mean entity?"},
		{"entity searchEntitys", "did you mean searchEntities?"},
		{"listAccesTokens", "did you mean listAccessTokens?"},
		{"access-token list-acces-tokens", "did you mean listAccessTokens?"},
		{"qqqqqq", `"epilot" lists the APIs`},
		// Commands of other tools.
		{"version", `use "epilot --version"`},
		{"man", `use "epilot help"`},
		{"sign-in", `use "epilot login"`},
		{"upload", `use "epilot file upload"`},
		{"get contact", `"epilot search get" and what you look for finds operations`},
		{"--", `unknown command or API "--dry-run"`},
	} {
		args := strings.Split(row.line, " ")
		args = slices.Concat(args, []string{"--dry-run"})
		if strings.HasPrefix(row.want, "POST") {
			args = append(args, "--no-validate", "-d", "{}")
		}
		done := Process{Env: map[string]string{"HOME": t.TempDir()}}.Run(t.Context(), args...)
		if got := done.Stdout + done.Stderr; !strings.Contains(got, row.want) {
			t.Errorf("%s\n got %s\nwant %s", row.line, got, row.want)
		}
	}
}
