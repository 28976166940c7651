package profiles

import "slices"

// config is the content of profiles.json.
type config struct {
	active   string
	stage    string
	stageAt  value // where the stage stands in the file
	profiles []*Profile
}

// inKeyring is where a token is that the file does not hold.
const inKeyring = "keyring"

// reader takes the value of a member.
type reader func(value) error

// readConfig reads profiles.json. A file that does not exist is an empty one.
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
		"name":             text(new(string)), // the key is the name; both are the same in a sound file
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
		})
		if err == nil {
			p.APIs = append(p.APIs, a)
		}
		return err
	})
}

// keyring reads where the token is.
func keyring(into *bool) reader {
	return func(v value) error {
		var store string
		err := choice(&store, inKeyring, "file")(v)
		*into = store == inKeyring
		return err
	}
}

// readCredentials reads credentials.json: nil where there is none.
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

// profile returns a copy of the profile of that very name, or nil.
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
