package acceptance

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// mockState returns a state file of a mock with only its key. The key is generated
// once for all tests, because that takes longer than most of a script.
var mockState = sync.OnceValues(func() (text []byte, err error) {
	folder, err := os.MkdirTemp("", "epilot-keys")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	program := Process{Env: map[string]string{"HOME": folder, "XDG_STATE_HOME": folder}}
	if made := program.Run(context.Background(), "mock", "token"); made.Status != 0 {
		return nil, errors.New(made.Stderr)
	}
	return os.ReadFile(filepath.Join(folder, "epilot", "emulator.db"))
})

// giveMockKey installs the key for a mock whose XDG_STATE_HOME is the folder.
func giveMockKey(folder string) error {
	text, err := mockState()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(folder, "epilot"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "epilot", "emulator.db"), text, 0o600)
}
