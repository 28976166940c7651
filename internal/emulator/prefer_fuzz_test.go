package emulator

import (
	"net/http"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// FuzzPreferences: no header causes a panic or too long a wait.
func FuzzPreferences(f *testing.F) {
	for _, text := range []string{"", "code=404", `code="404"; example=a, wait=2`, `x="a\"b", dynamic`, `example="\`, ",;,=,\"", "wait=1e9"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, prefer, accept string) {
		p, err := readPreferences(http.Header{"Prefer": {prefer}})
		if err == nil && (p.wait < 0 || p.wait > maxWait || p.code != 0 && (p.code < 200 || p.code > 599)) {
			t.Errorf("%q: %+v", prefer, p)
		}
		if sample.Negotiate([]*openapi.Content{{MediaType: "a/b"}, {MediaType: "application/json"}}, accept) == nil {
			t.Errorf("%q accepts nothing", accept)
		}
	})
}
