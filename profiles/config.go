package profiles

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// config is the content of profiles.json.
type config struct {
	active   string
	stage    string
	stageAt  value // position of the stage in the file
	profiles []*Profile
}

// inKeyring marks a token that is in the keyring, not in the file.
const inKeyring = "keyring"

// reader parses the value of a member.
type reader func(value) error

// readConfig reads profiles.json. A missing file is an empty one.
func readConfig(g *guard, path string) (*config, error) {
	doc, err := readDocument(g, path)
	if err != nil || doc == nil {
		return &config{}, err
	}
	return parseConfig(doc)
}

func parseConfig(doc *document) (*config, error) {
	c := &config{}
	err := doc.root().read(map[string]reader{
		activeKey:  text(&c.active),
		stageKey:   c.readStage,
		"profiles": c.readProfiles,
	})
	return c, err
}

func (c *config) readStage(v value) error {
	c.stageAt = v
	return text(&c.stage)(v)
}

func (c *config) readProfiles(v value) error {
	return v.each(func(m member) error {
		p, err := readProfile(m)
		if err == nil {
			c.profiles = append(c.profiles, p)
		}
		return err
	})
}

func readProfile(m member) (*Profile, error) {
	p := &Profile{Name: m.name}
	err := m.value.read(map[string]reader{
		"name":             text(new(string)), // same as the key in a valid file
		"server":           text(&p.Server),
		"token":            text(&p.Token),
		"org_id":           text(&p.OrgID),
		"user_id":          text(&p.UserID),
		"expires_at":       moment(&p.ExpiresAt),
		"headers":          headers(&p.Headers),
		"token_command":    command(&p.TokenCommand),
		"stage":            choice(&p.Stage, stages()...),
		"credential_store": keyring(&p.Keyring),
		"apis":             p.readAPIs,
	})
	return p, err
}

func (p *Profile) readAPIs(v value) error {
	return v.each(func(m member) error {
		a := API{Name: m.name}
		err := m.value.read(map[string]reader{
			"server":        text(&a.Server),
			"token":         text(&a.Token),
			"token_command": command(&a.TokenCommand),
			"headers":       headers(&a.Headers),

			"credential_store": keyring(&a.Keyring),
		})
		if err == nil {
			p.APIs = append(p.APIs, a)
		}
		return err
	})
}

// keyring parses the location of the token.
func keyring(into *bool) reader {
	return func(v value) error {
		var store string
		err := choice(&store, inKeyring, "file")(v)
		*into = store == inKeyring
		return err
	}
}

// readCredentials reads credentials.json. It returns nil if there is none.
func readCredentials(g *guard, path string) (*Credentials, error) {
	doc, err := readDocument(g, path)
	if err != nil || doc == nil {
		return nil, err
	}
	return parseCredentials(doc)
}

func parseCredentials(doc *document) (*Credentials, error) {
	c := &Credentials{}
	err := doc.root().read(map[string]reader{
		"token":            text(&c.Token),
		"org_id":           text(&c.OrgID),
		"user_id":          text(&c.UserID),
		"name":             text(&c.Name),
		"expires_at":       moment(&c.ExpiresAt),
		"credential_store": keyring(&c.Keyring),
	})
	return c, err
}

// profile returns a copy of the profile with exactly this name, or nil.
func (c *config) profile(name string) *Profile {
	for _, p := range c.profiles {
		if p.Name == name {
			return p.clone()
		}
	}
	return nil
}

func (c *config) names() []string {
	names := make([]string, len(c.profiles))
	for i, p := range c.profiles {
		names[i] = p.Name
	}
	slices.Sort(names)
	return names
}

// preferences is the content of config.json.
type preferences struct {
	values  map[string]value
	aliases []Alias
}

// Alias is a name for the beginning of a command line.
type Alias struct {
	Name    string `json:"name"`
	Command string `json:"command"` // without "epilot"
}

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
			readers[cmp.Or(k.member, k.Name)] = p.scalar(cmp.Or(k.member, k.Name))
		}
	}
	readers[aliasesKey] = p.readAliases
	err := doc.root().read(readers)
	return p, err
}

const aliasesKey = "aliases"

func (p *preferences) readAliases(v value) error {
	return v.each(func(m member) error {
		a := Alias{Name: m.name}
		err := text(&a.Command)(m.value)
		p.aliases = append(p.aliases, a)
		return err
	})
}

// Aliases returns the stored aliases in file order.
func (s *Store) Aliases() ([]Alias, error) {
	p, err := s.preferences.get()
	if err != nil {
		return nil, err
	}
	return p.aliases, nil
}

// Alias returns the command of an alias, or "".
func (s *Store) Alias(name string) (string, error) {
	aliases, err := s.Aliases()
	for _, a := range aliases {
		if a.Name == name {
			return a.Command, nil
		}
	}
	return "", err
}

// SetAlias stores an alias.
func (s *Store) SetAlias(ctx context.Context, a Alias) error {
	return s.changeAliases(ctx, func(aliases *object) error {
		aliases.set(a.Name, quote(a.Command))
		return nil
	})
}

// DeleteAlias removes an alias. An unknown name is an error of kind Usage.
func (s *Store) DeleteAlias(ctx context.Context, name string) error {
	return s.changeAliases(ctx, func(aliases *object) error {
		if aliases.Index(name) < 0 {
			return unknownAlias(name, aliases)
		}
		aliases.set(name, nil)
		return nil
	})
}

func unknownAlias(name string, aliases *object) error {
	var names []string
	for _, e := range aliases.Object {
		names = append(names, e.Name)
	}
	unknown := failure.New(failure.Usage, "unknown alias %q", name)
	if near := suggest.Match(name, names); near != "" {
		return unknown.Hintf("did you mean %s? \"epilot alias list\" lists them", near)
	}
	return unknown.Hintf("\"epilot alias list\" lists the aliases")
}

func (s *Store) changeAliases(ctx context.Context, change func(*object) error) error {
	return s.changePreferences(ctx, func(root *object) error {
		aliases := root.child(aliasesKey)
		err := change(aliases)
		root.set(aliasesKey, aliases.orNone())
		return err
	})
}

// scalar reads a string or a number; null is unset.
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

// scalar returns the text of a string or a number.
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

// stored returns the value of the key in its file, or nil. The stage is in
// profiles.json, where the official CLI keeps it.
func (s *Store) stored(key Key) (*Value, error) {
	switch key.Name {
	case stageKey:
		return s.storedStage(key)
	case activeKey:
		return s.storedActive(key)
	}
	p, err := s.preferences.get()
	if err != nil {
		return nil, err
	}
	v, set := p.values[cmp.Or(key.member, key.Name)]
	isOld := !set && key.old != nil
	if isOld {
		v, set = p.values[key.Name]
	}
	text, _ := v.scalar()
	if !set || text == "" && !key.empty {
		return nil, nil
	}
	if isOld {
		text = key.old(text)
	}
	return &Value{Key: key, Text: text, Source: FromFile, Where: s.SettingsPath(), at: v}, nil
}

func (s *Store) storedActive(key Key) (*Value, error) {
	c, err := s.config.get()
	if err != nil || c.active == "" {
		return nil, err
	}
	return &Value{Key: key, Text: c.active, Source: FromFile, Where: `"active" in ` + s.Path()}, nil
}

func (s *Store) storedStage(key Key) (*Value, error) {
	c, err := s.config.get()
	if err != nil || c.stage == "" {
		return nil, err
	}
	return &Value{Key: key, Text: c.stage, Source: FromFile, Where: s.Path(), at: c.stageAt}, nil
}

// Set stores the value of a setting. An invalid name or value is an error of kind
// Usage.
func (s *Store) Set(ctx context.Context, name, text string) error {
	key, err := findKey(name)
	if err != nil {
		return err
	}
	if err := key.check(text, ""); err != nil {
		return err
	}
	encoded := quote(text)
	if key.number {
		encoded = []byte(text)
	}
	return s.store(ctx, key, text, encoded)
}

// Unset removes a setting from its file, which restores the default.
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
	return s.changePreferences(ctx, func(root *object) error {
		if key.member != "" {
			root.set(key.Name, nil)
		}
		root.set(cmp.Or(key.member, key.Name), encoded)
		return nil
	})
}

// changePreferences changes config.json, which must be readable.
func (s *Store) changePreferences(ctx context.Context, change func(*object) error) error {
	defer s.settings.forget()
	defer s.preferences.forget()
	return s.rewrite(ctx, settingsFile, func(doc *document) ([]byte, error) {
		if _, err := parsePreferences(doc); err != nil {
			return nil, err
		}
		root, err := newObject(doc.root())
		if err != nil {
			return nil, err
		}
		if err := change(root); err != nil {
			return nil, err
		}
		return root.orNone(), nil
	})
}
