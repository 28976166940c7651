package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// newClient returns a client with the policy, whose calls go to a test server.
func newClient(t *testing.T, policy client.Policy) *client.Client {
	t.Helper()
	token := "SeCrEt-token"
	env := client.Environment{
		Account: &client.Account{
			Profiles: profiles.Open(profiles.Options{Dir: t.TempDir(), Lookup: func(string) (string, bool) { return "", false }}),
			Vault:    &keyring.Vault{}, Token: &token, Environ: func() []string { return nil },
			Now: time.Now, Warn: func(string) {},
		},
		Catalog: catalog.New(catalog.Options{Now: time.Now}), Trust: &catalog.Trust{},
		HTTP: transport.Options{UserAgent: "test", Now: time.Now},
	}
	return client.New(env, policy)
}

// TestSharedClient checks that hundreds of concurrent calls, of several APIs and
// operations, can share a client and that each gets its own response.
func TestSharedClient(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		served.Add(1)
		if r.Header.Get("Authorization") != "Bearer SeCrEt-token" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL.Path, text)
	}))
	defer server.Close()
	c := newClient(t, client.Policy{Server: server.URL, Timeout: time.Minute, TimeoutBy: "--timeout"})
	defer c.Close()
	const calls = 300
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			if err := callOnce(t.Context(), c, i); err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		})
	}
	group.Wait()
	if served.Load() != calls {
		t.Errorf("%d requests, want %d", served.Load(), calls)
	}
}

func callOnce(ctx context.Context, c *client.Client, i int) error {
	api, id, want := "access-token", "revokeAccessToken", fmt.Sprintf("DELETE /v1/access-tokens/t%d ", i)
	in := client.Input{Params: params.Input{Positional: []string{fmt.Sprintf("t%d", i)}}}
	var payload *body.Body
	if i%2 == 0 {
		text := fmt.Sprintf(`{"name":"n%d"}`, i)
		api, id, want = "access-token", "createAccessToken", "POST /v1/access-tokens "+text
		in, payload = client.Input{}, &body.Body{MediaType: "application/json", Bytes: []byte(text)}
	}
	definition, err := c.Catalog.Load(ctx, api, "")
	if err != nil {
		return err
	}
	call, err := c.Prepare(ctx, definition, definition.Find(id), in)
	if err != nil {
		return err
	}
	call.Body = payload
	resp, err := c.Do(ctx, call)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || string(got) != want) {
		err = fmt.Errorf("%d %q, want %q", resp.StatusCode, got, want)
	}
	return err
}

// TestLimit checks that the timeout ends a request without a response and a stalled
// body, with its own error.
func TestLimit(t *testing.T) {
	t.Parallel()
	for name, begins := range map[string]bool{"no response": false, "a body that stalls": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if begins {
					w.WriteHeader(http.StatusOK)
					_ = http.NewResponseController(w).Flush()
				}
				<-r.Context().Done()
			}))
			defer server.Close()
			c := newClient(t, client.Policy{Server: server.URL, Timeout: 50 * time.Millisecond, TimeoutBy: "--timeout"})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.Send(req)
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			if failed := failure.Of(err); failed.Kind != failure.Network || failed.Hint == "" || !begins && resp != nil {
				t.Errorf("%v", err)
			}
		})
	}
}
