package profiles

import (
	"context"
	"encoding/json"
)

// preferences is the content of config.json.
type preferences struct{ values map[string]value }

func readPreferences(g *guard, path string) (*preferences, error) {
	doc, err := readDocument(g, path)
	if err != nil || doc == nil {
		return &preferences{}, err
	}
	return parsePreferences(doc)
}

func parsePreferences(doc *document) (*preferences, error) {
	p := &preferences{values: map[string]value{}}
	readers := map[string]reader{}
	for _, k := range Keys() {
		if k.Name != stageKey {
			readers[k.Name] = p.scalar(k.Name)
		}
	}
	err := doc.root().read(readers)
	return p, err
}

// scalar keeps a value that is a text or a number; null is none.
func (p *preferences) scalar(name string) reader {
	return func(v value) error {
		if v.isNull() {
			return nil
		}
		if _, isScalar := v.scalar(); !isScalar {
			return v.faultf("expected a string")
		}
		p.values[name] = v
		return nil
	}
}

// scalar is the text of a string or a number.
func (v value) scalar() (string, bool) {
	var text string
	if json.Unmarshal(v.text, &text) == nil {
		return text, true
	}
	var number json.Number
	if json.Unmarshal(v.text, &number) == nil {
		return number.String(), true
	}
	return "", false
}

// stored is what the file of the key says, and where. The stage stands in
// profiles.json, where the official CLI has it.
func (s *Store) stored(key Key) (layer, value, error) {
	if key.Name == stageKey {
		return s.storedStage()
	}
	p, err := s.preferences.get()
	if err != nil {
		return layer{}, value{}, err
	}
	v, set := p.values[key.Name]
	text, _ := v.scalar()
	if !set || text == "" && !key.empty {
		return layer{}, value{}, nil
	}
	return layer{text: &text, where: s.SettingsPath()}, v, nil
}

func (s *Store) storedStage() (layer, value, error) {
	c, err := s.config.get()
	if err != nil || c.stage == "" {
		return layer{}, value{}, err
	}
	return layer{text: &c.stage, where: s.Path()}, c.stageAt, nil
}

// Set stores the value of a setting. A name or a value that is wrong is an
// error of kind Usage.
func (s *Store) Set(ctx context.Context, name, text string) error {
	key, err := findKey(name)
	if err != nil {
		return err
	}
	if err := key.check(text, "this line"); err != nil {
		return err
	}
	encoded := quote(text)
	if key.number {
		encoded = []byte(text)
	}
	return s.store(ctx, key, text, encoded)
}

// Unset removes a setting from its file: the default counts again.
func (s *Store) Unset(ctx context.Context, name string) error {
	key, err := findKey(name)
	if err != nil {
		return err
	}
	return s.store(ctx, key, "", nil)
}

func (s *Store) store(ctx context.Context, key Key, text string, encoded []byte) error {
	if key.Name == stageKey {
		return s.Update(ctx, func(d *Draft) error {
			d.Stage = text
			return nil
		})
	}
	defer s.preferences.forget()
	return s.rewrite(ctx, settingsFile, func(doc *document) ([]byte, error) {
		if _, err := parsePreferences(doc); err != nil {
			return nil, err
		}
		root, err := newObject(doc.root())
		if err != nil {
			return nil, err
		}
		root.set(key.Name, encoded)
		return root.orNone(), nil
	})
}
