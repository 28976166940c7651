package httpx_test

import (
	"net/url"
	"testing"

	"github.com/epilot-cli/epilot/internal/httpx"
)

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	for other, want := range map[string]bool{
		"https://Example.com:443/b?c": true, "HTTPS://example.com": true,
		"http://example.com/a": false, "https://example.com:8443/a": false, "https://example.com.evil/a": false, "//example.com/a": false,
	} {
		a, _ := url.Parse("https://example.com/a")
		b, err := url.Parse(other)
		if err != nil || httpx.SameOrigin(a, b) != want {
			t.Errorf("%s: %v, want %v", other, !want, want)
		}
	}
}
