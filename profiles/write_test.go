package profiles

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestStoreSeesItsOwnWrites(t *testing.T) {
	t.Parallel()
	s := store(t, foreign, "")
	if _, err := s.Profile("new"); err == nil {
		t.Error("the profile is there already")
	}
	err := s.SetProfile(t.Context(), "new", func(p *Profile) error {
		p.Token = "t"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := s.Profile("new"); err != nil || p.Token != "t" {
		t.Errorf("got %v, %v", p, err)
	}
	if err := s.Set(t.Context(), "color", "never"); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Setting("color", ""); err != nil || v.Text != "never" || v.Source != FromFile {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestSetCredentials(t *testing.T) {
	t.Parallel()
	s := store(t, "", `{"u":1,"token":"old","org_id":"7"}`)
	path := filepath.Join(filepath.Dir(s.Path()), "credentials.json")
	err := s.SetCredentials(t.Context(), func(c *Credentials) error {
		c.Token, c.Keyring = "", true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, path), "{\n  \"u\": 1,\n  \"org_id\": \"7\",\n  \"credential_store\": \"keyring\"\n}\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	if err := s.RemoveCredentials(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, path), "{\n  \"u\": 1\n}\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}

	s = store(t, "", `{"token":"old"}`)
	if err := errors.Join(s.RemoveCredentials(t.Context()), s.RemoveCredentials(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "credentials.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if c, err := s.Credentials(); c != nil || err != nil {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestWriteWithoutDirectory(t *testing.T) {
	t.Parallel()
	s := Open(Options{Lookup: lookup()})
	err := s.Update(t.Context(), func(*Draft) error { return nil })
	if failure.Of(err).Kind != failure.File {
		t.Errorf("got %v", err)
	}
}

func TestUpdateEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := store(t, foreign, "")
	inside, release := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.Update(context.Background(), func(*Draft) error {
			close(inside)
			<-release
			return nil
		})
	}()
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other := Open(Options{Dir: s.dir, Lookup: lookup()})
	if err := other.Set(ctx, "stage", "dev"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// FuzzUpdate changes a profile and back again: what the file says must be what
// it said, whatever it holds.
func FuzzUpdate(f *testing.F) {
	for _, seed := range []string{sample, foreign, `{}`, `{"profiles":{"":{}}}`, `{"profiles":{"a":{"apis":{"":{}}}}}`, `{"profiles":null,"x":-0}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := parseDocument("profiles.json", content)
		if err != nil {
			return
		}
		first, err := newDraft(doc)
		if err != nil {
			return
		}
		plain := string(first.text())
		second, err := newDraft(&document{text: []byte(plain)})
		if err != nil {
			t.Fatalf("%s became %s: %v", content, plain, err)
		}
		p, err := second.Create("\u2603 new")
		if err != nil {
			return
		}
		p.SetHeader(Header{"A", "b"})
		p.API("x").Token = "t"
		third, err := newDraft(&document{text: second.text()})
		if err != nil {
			t.Fatal(err)
		}
		if err := third.Delete(p.Name); err != nil {
			t.Fatal(err)
		}
		if got := string(third.text()); got != plain && plain != "{}" {
			t.Fatalf("got  %s\nwant %s", got, plain)
		}
	})
}
