package acceptance

import (
	"slices"
	"testing"
)

// ending is how a program ended and what it sent: "GET /path?query".
type ending struct {
	status int
	sent   []string
}

// TestOfficialMigration runs with both programs the command lines whose differences
// docs/migration.md describes.
func TestOfficialMigration(t *testing.T) {
	t.Parallel()
	official := findOfficial(t)
	server := newReceiver(t)
	list := []string{"access-token", "listAccessTokens"}
	sent := func(lines ...string) ending { return ending{0, lines} }
	for name, row := range map[string]struct {
		args           []string
		official, ours ending
		tokenless      bool
	}{
		"digits":          {[]string{"access-token", "revokeAccessToken", "007"}, sent("DELETE /v1/access-tokens/7"), sent("DELETE /v1/access-tokens/007"), false},
		"arrays":          {append(list[:2:2], `-ptoken_type=["api","app"]`), sent("GET /v1/access-tokens?token_type%5B%5D=api&token_type%5B%5D=app"), sent("GET /v1/access-tokens?token_type=api&token_type=app"), false},
		"unknown -p":      {append(list[:2:2], "-p", "tokn=api"), sent("GET /v1/access-tokens?tokn=api"), ending{2, nil}, false},
		"wrong value":     {append(list[:2:2], "-p", "token_type=x"), sent("GET /v1/access-tokens?token_type=x"), ending{2, nil}, false},
		"unchecked":       {append(list[:2:2], "-p", "token_type=x", "--no-validate"), sent("GET /v1/access-tokens?token_type=x"), sent("GET /v1/access-tokens?token_type=x"), false},
		"unknown flag":    {append(list[:2:2], "--bogus"), sent("GET /v1/access-tokens"), ending{2, nil}, false},
		"unknown profile": {append(list[:2:2], "--profile", "x"), sent("GET /v1/access-tokens"), ending{2, nil}, false},
		"two -p":          {[]string{"entity", "getEntity", "-p", "slug=a", "-p", "id=3fa85f64-5717-4562-b3fc-2c963f66afa6"}, ending{1, nil}, sent("GET /v1/entity/a/3fa85f64-5717-4562-b3fc-2c963f66afa6"), false},
		"wrong JSONata":   {append(list[:2:2], "--jsonata", "$$$["), ending{1, []string{"GET /v1/access-tokens"}}, ending{6, nil}, false},
		"public":          {[]string{"access-token", "getAccessTokenJwks"}, ending{1, nil}, sent("GET /v1/access-tokens/.well-known/jwks.json"), true},
		"no token":        {list, ending{1, nil}, ending{4, nil}, true},
		"unknown API":     {[]string{"nonsense"}, ending{1, nil}, ending{2, nil}, true},
		"wrong body":      {[]string{"access-token", "createAccessToken", "-d", `{"name":1}`}, sent("POST /v1/access-tokens"), ending{2, nil}, false},
		"below app":       {[]string{"app", "api", "listConfigurations"}, sent("GET /v1/app-configurations"), sent("GET /v1/app-configurations"), false},
		"renamed":         {[]string{"data-management", "listJobs"}, sent("GET /data-management/v1/jobs"), ending{2, nil}, false},
		"renamed, now":    {[]string{"data-governance", "listJobs"}, ending{1, nil}, sent("GET /data-governance/v1/jobs"), false},
		"signed out":      {[]string{"auth", "status"}, ending{0, nil}, ending{4, nil}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := func(prefix string) []string {
				args := append(slices.Clone(row.args), "--server", server.url+prefix)
				if !row.tokenless {
					args = append(args, "--token", "token-of-the-test")
				}
				return args
			}
			theirs, mine := server.prefix(), server.prefix()
			status, printed := official.run(t, line(theirs))
			expect(t, "the official CLI", ending{status, lines(server.take(theirs))}, row.official, printed)
			result := Process{Env: map[string]string{"HOME": t.TempDir()}}.Run(t.Context(), line(mine)...)
			expect(t, "ours", ending{result.Status, lines(server.take(mine))}, row.ours, result.Stderr)
		})
	}
}

func lines(arrived []arrival) (sent []string) {
	for _, a := range arrived {
		line := a.method + " " + a.path
		if a.query != "" {
			line += "?" + a.query
		}
		sent = append(sent, line)
	}
	return sent
}

func expect(t *testing.T, who string, got, want ending, printed string) {
	t.Helper()
	if got.status != want.status || !slices.Equal(got.sent, want.sent) {
		t.Errorf("%s: %+v, want %+v\n%s", who, got, want, printed)
	}
}
