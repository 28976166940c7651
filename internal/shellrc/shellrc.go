// Package shellrc sets a script up for the shell of a person: in a file that
// the shell reads by itself, in a marked block of a start file, or in both. What
// it does can be undone to the byte, and what a person changed by hand is left
// alone. It does not know what the script does.
package shellrc

import (
	"github.com/epilot-cli/epilot/internal/failure"
)

// Setup is one script for one shell.
type Setup struct {
	Shell  string // bash, zsh, fish or powershell
	Script string
	Getenv func(string) string
	System string            // as runtime.GOOS has it
	Exists func(string) bool // whether a file of the system is there; nil: os.Stat
	Force  bool              // also what was changed by hand
}

// Change is what happened to a file.
type Change struct {
	File string `json:"file"`
	What string `json:"what"`
}

// step is a change that is sure to be allowed, and not made yet.
type step struct {
	Change
	do func() error
}

// Install writes what is missing or older, and says what that was: nothing,
// where all is there. It first looks at everything, so that what cannot be done
// leaves no half of it. A file that cannot be read or written, or was changed by
// hand, is an error of kind File.
func (s *Setup) Install() ([]Change, error) {
	places, err := s.wanted()
	if err != nil {
		return nil, err
	}
	if loaded, err := s.loaded(); err != nil || loaded != nil {
		return loaded, err
	}
	return s.change(places, place.install)
}

// Uninstall removes all that Install may have written for the shell, whatever
// it would write now, and says what that was. Its errors are those of Install.
func (s *Setup) Uninstall() ([]Change, error) {
	places, err := s.all()
	if err != nil {
		return nil, err
	}
	return s.change(places, place.remove)
}

// change looks at every place before it takes the first step.
func (s *Setup) change(places []place, plan func(place, *Setup) ([]step, error)) ([]Change, error) {
	var steps []step
	for _, p := range places {
		more, err := plan(p, s)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	var changes []Change
	for _, s := range steps {
		if err := s.do(); err != nil {
			return changes, err
		}
		changes = append(changes, s.Change)
	}
	return changes, nil
}

func changedByHand(file string) error {
	return failure.New(failure.File, "%s was changed by hand, and is left as it is", file).
		Hintf("keep what you need of it, then use --force")
}
