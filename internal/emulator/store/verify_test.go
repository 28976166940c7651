package store

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/failure"
)

// filled returns the bytes of a state file with nested buckets, values over
// several pages, and free pages.
func filled(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	s := New(path)
	for round := range 3 {
		err := s.Update(t.Context(), func(tx *bolt.Tx) error {
			for i := range 12 {
				text := fmt.Sprintf(`{"n":%q}`, strings.Repeat("x", 90+i*round*250))
				if err := (Collection{fmt.Sprintf("api\x00c/%d", i%3)}).Put(tx, fmt.Sprint(i), []byte(text)); err != nil {
					return err
				}
			}
			return s.Put(tx, "numbers", "n", round)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// TestWrongBytes: a wrong byte in any page header is an error that names the
// file, or harmless; it never costs memory.
func TestWrongBytes(t *testing.T) {
	t.Parallel()
	whole := filled(t)
	path := filepath.Join(t.TempDir(), "state")
	found := 0
	for page := 0; page < len(whole); page += 4096 {
		for _, at := range []int{0, 1, 7, 8, 10, 11, 12, 15, 16, 19, 20, 23, 24, 27, 28, 31, 36, 40, 60, 71} {
			old := whole[page+at]
			whole[page+at] ^= 0xb9
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			whole[page+at] = old
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := use(t, path)
			runtime.ReadMemStats(&after)
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 64<<20 {
				t.Errorf("byte %d: %d bytes of memory", page+at, spent)
			}
			if err != nil {
				found++
			}
			if err != nil && (failure.Of(err).Kind != failure.File || !strings.Contains(err.Error(), path)) {
				t.Errorf("byte %d: %v", page+at, err)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d wrong bytes were found", found)
	}
}

func use(t *testing.T, path string) error {
	t.Helper()
	s := New(path)
	defer s.Close()
	return s.Update(t.Context(), func(tx *bolt.Tx) error {
		for _, c := range []string{"api\x00c/0", "api\x00c/2"} {
			(Collection{c}).Each(tx, func(*Item) bool { return true })
			if err := (Collection{c}).Remove(tx, "2"); err != nil {
				return err
			}
		}
		return s.Put(tx, "numbers", "n", strings.Repeat("y", 9000))
	})
}

func TestResetOfADamagedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	for i, want := range []string{".damaged", ".damaged-2"} {
		if err := os.WriteFile(path, []byte(strings.Repeat("damage", 3000+i)), 0o600); err != nil {
			t.Fatal(err)
		}
		s := New(path)
		setAside, err := s.Reset(t.Context(), []string{ResourceBucket})
		if err != nil || setAside != path+want {
			t.Fatalf("%q %v", setAside, err)
		}
		if kept, err := os.ReadFile(setAside); err != nil || len(kept) != 6*(3000+i) {
			t.Errorf("%d bytes are kept: %v", len(kept), err)
		}
		if err := s.Update(t.Context(), func(tx *bolt.Tx) error { return s.Put(tx, "a", "b", 1) }); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}
