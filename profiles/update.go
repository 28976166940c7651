package profiles

import (
	"bytes"
	"context"
	"encoding/json"
	"os"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Update changes profiles.json: it reads the file, hands it to the change and
// writes what came of it, while no other process of this program can write it.
// An error of the change is returned, and the file stays as it is; so it does
// where nothing changed, or where it cannot be parsed.
func (s *Store) Update(ctx context.Context, change func(*Draft) error) error {
	defer s.config.forget()
	return s.rewrite(ctx, profilesFile, func(doc *document) ([]byte, error) {
		d, err := newDraft(doc)
		if err != nil {
			return nil, err
		}
		if err := change(d); err != nil {
			return nil, err
		}
		return d.text(), nil
	})
}

// SetProfile changes one profile, as Update does, and creates it where there
// is none.
func (s *Store) SetProfile(ctx context.Context, name string, change func(*Profile) error) error {
	return s.Update(ctx, func(d *Draft) error {
		p := d.Profile(name)
		if p == nil {
			created, err := d.Create(name)
			if err != nil {
				return err
			}
			p = created
		}
		return change(p)
	})
}

// SetCredentials changes credentials.json as Update changes profiles.json, and
// creates it where there is none.
func (s *Store) SetCredentials(ctx context.Context, change func(*Credentials) error) error {
	defer s.credentials.forget()
	return s.rewrite(ctx, credentialsFile, func(doc *document) ([]byte, error) {
		return changedCredentials(doc, change)
	})
}

// RemoveCredentials empties credentials.json of what the program knows in it,
// and removes the file where nothing is left.
func (s *Store) RemoveCredentials(ctx context.Context) error {
	return s.SetCredentials(ctx, func(c *Credentials) error {
		*c = Credentials{}
		return nil
	})
}

func changedCredentials(doc *document, change func(*Credentials) error) ([]byte, error) {
	was, err := parseCredentials(doc)
	if err != nil {
		return nil, err
	}
	root, err := newObject(doc.root())
	if err != nil {
		return nil, err
	}
	is := *was
	if err := change(&is); err != nil {
		return nil, err
	}
	root.sync(was.written(), is.written())
	if is == (Credentials{}) {
		return root.orNone(), nil
	}
	return root.text(), nil
}

// rewrite changes a file under its lock. The change gets what is in the file,
// an empty object where there is none, and returns the new text; nil removes
// the file.
func (s *Store) rewrite(ctx context.Context, name string, change func(*document) ([]byte, error)) error {
	path := s.path(name)
	if path == "" {
		return failure.New(failure.File, "there is no folder for the configuration").
			Hintf("set HOME or XDG_CONFIG_HOME to an absolute path")
	}
	unlock, err := atomicfile.Lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	atomicfile.Sweep(path)
	doc, err := readDocument(s.guard, path)
	if err != nil {
		return err
	}
	found := doc != nil
	if !found {
		doc = &document{path: path, text: []byte("{}")}
	}
	text, err := change(doc)
	if err != nil {
		return err
	}
	return replace(path, doc, found, text)
}

// replace writes the new text, unless it says what the file says already.
func replace(path string, doc *document, found bool, text []byte) error {
	if text == nil {
		return remove(path, found)
	}
	var was, is bytes.Buffer
	if json.Compact(&was, doc.text) == nil && json.Compact(&is, text) == nil && bytes.Equal(was.Bytes(), is.Bytes()) {
		return nil
	}
	return atomicfile.Write(path, layout(text), fileMode)
}

func remove(path string, found bool) error {
	if !found {
		return nil
	}
	if err := os.Remove(path); err != nil {
		return failure.New(failure.File, "the file cannot be removed: %w", err).Hintf("remove %s", path)
	}
	return nil
}
