package convention_test

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/convention"
)

func TestIsSecret(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "api_key", "apiKey", "APIKEY",
		"X-Amz-Security-Token", "X-Amz-Signature", "X-Amz-Credential", "access_token", "accessToken", "refresh_token",
		"token", "X-Auth-Token", "pwd", "passwd", "pass", "password", "passphrase", "auth", "session", "jwt", "otp",
		"pin", "bearer", "sig", "signature", "X-Signature", "X-Client-Secret", "client_secret", "X-Password",
		"signingSecret", "smtp_password", "$secret",
	} {
		if !convention.IsSecret(name) {
			t.Errorf("%s is not a secret", name)
		}
	}
	for _, name := range []string{
		"", "x", "x-", "_", "token_type", "tokenType", "key", "s3_key", "next_token", "nextToken", "validationToken", "token_id",
		"has_password", "reset_password", "password_policy", "Access-Control-Allow-Credentials", "max_tokens",
		"author", "authType", "keyword", "pinned_at", "public_key", "session_credentials_status", "design", "Accept",
	} {
		if convention.IsSecret(name) {
			t.Errorf("%s is a secret", name)
		}
	}
}
