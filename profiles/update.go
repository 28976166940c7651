package profiles

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Update changes profiles.json: it reads the file, calls change and writes the
// result, while holding a lock against other processes of this program. If change
// returns an error, Update returns it and leaves the file alone. The file is also
// left alone if nothing changed or it cannot be parsed.
func (s *Store) Update(ctx context.Context, change func(*Draft) error) error {
	defer s.settings.forget()
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

// SetProfile changes one profile like Update, and creates it if needed.
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
// creates it if needed.
func (s *Store) SetCredentials(ctx context.Context, change func(*Credentials) error) error {
	defer s.credentials.forget()
	return s.rewrite(ctx, credentialsFile, func(doc *document) ([]byte, error) {
		return changedCredentials(doc, change)
	})
}

// RemoveCredentials removes the known fields from credentials.json, and the file if
// nothing is left.
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
	return root.Text(), nil
}

// rewrite changes a file under its lock. change receives the content of the file, or
// an empty object, and returns the new text; nil removes the file.
func (s *Store) rewrite(ctx context.Context, name string, change func(*document) ([]byte, error)) error {
	path := s.path(name)
	if path == "" {
		return failure.New(failure.File, "no folder for the configuration").
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

// replace writes the new text if it differs from the content of the file.
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

// Draft is the content of profiles.json while Update changes it.
type Draft struct {
	Active string // "" for none
	Stage  string // "" for the default

	config *config
	root   *object
	stored *object // the member "profiles"
	drafts []*draft
}

// draft is a profile before and after the changes.
type draft struct {
	was, is *Profile
}

func newDraft(doc *document) (*Draft, error) {
	c, err := parseConfig(doc)
	if err != nil {
		return nil, err
	}
	root, err := newObject(doc.root())
	if err != nil {
		return nil, err
	}
	d := &Draft{Active: c.active, Stage: c.stage, config: c, root: root, stored: root.child("profiles")}
	for _, p := range c.profiles {
		d.drafts = append(d.drafts, &draft{was: p, is: p.clone()})
	}
	return d, nil
}

// Profile returns a profile, or nil if there is none. Changes to it are written; use
// Rename to change its name.
func (d *Draft) Profile(name string) *Profile {
	if i := d.index(name); i >= 0 {
		return d.drafts[i].is
	}
	return nil
}

// Create adds a profile. An existing or invalid name is an error of kind Usage.
func (d *Draft) Create(name string) (*Profile, error) {
	if err := d.free(name); err != nil {
		return nil, err
	}
	is := &Profile{Name: name}
	d.drafts = append(d.drafts, &draft{is: is})
	return is, nil
}

// Delete removes a profile. If it is active, no profile is active afterwards.
func (d *Draft) Delete(name string) error {
	i := d.index(name)
	if i < 0 {
		return d.Unknown(name)
	}
	d.stored.set(name, nil)
	d.drafts = slices.Delete(d.drafts, i, i+1)
	if d.Active == name {
		d.Active = ""
	}
	return nil
}

// Rename renames a profile. An active profile stays active.
func (d *Draft) Rename(from, to string) error {
	i := d.index(from)
	if i < 0 {
		return d.Unknown(from)
	}
	if err := d.free(to); err != nil {
		return err
	}
	d.stored.rename(from, to)
	d.drafts[i].is.Name = to
	if d.Active == from {
		d.Active = to
	}
	return nil
}

// Use makes a profile the active one.
func (d *Draft) Use(name string) error {
	if d.index(name) < 0 {
		return d.Unknown(name)
	}
	d.Active = name
	return nil
}

func (d *Draft) index(name string) int {
	return slices.IndexFunc(d.drafts, func(p *draft) bool { return p.is.Name == name })
}

// Unknown returns the error, of kind Usage, for a name without a profile.
func (d *Draft) Unknown(name string) error {
	names := make([]string, len(d.drafts))
	for i, p := range d.drafts {
		names[i] = p.is.Name
	}
	return unknownProfile(name, names)
}

// free rejects an invalid name or one that is taken.
func (d *Draft) free(name string) error {
	if d.index(name) >= 0 {
		return failure.New(failure.Usage, "profile %q already exists", name).
			Hintf("change it with \"epilot profile set\", or choose another name")
	}
	return CheckName(name)
}

// CheckName returns an error of kind Usage for an invalid profile name.
func CheckName(name string) error {
	odd := func(c rune) bool { return !unicode.IsGraphic(c) }
	if name == "" || strings.TrimSpace(name) != name || !utf8.ValidString(name) || strings.ContainsFunc(name, odd) {
		return failure.New(failure.Usage, "%q cannot be the name of a profile", name).
			Hintf("a name is not empty, has no space at its ends and no control character")
	}
	return nil
}

// text returns the content to write, on one line.
func (d *Draft) text() []byte {
	d.root.sync(
		[]written{{activeKey, textOrNone(d.config.active)}, {stageKey, textOrNone(d.config.stage)}},
		[]written{{activeKey, textOrNone(d.Active)}, {stageKey, textOrNone(d.Stage)}},
	)
	for _, p := range d.drafts {
		d.stored.put(p)
	}
	if len(d.stored.Object) > 0 || len(d.root.Object) > 0 {
		d.root.set("profiles", d.stored.Text()) // the official CLI fails without it
	}
	return d.root.Text()
}

// put writes a profile into the object of all profiles.
func (o *object) put(p *draft) {
	own := o.child(p.is.Name)
	was := p.was
	if was == nil {
		was = &Profile{}
		own.set("name", quote(p.is.Name))
	}
	own.sync(was.written(), p.is.written())
	own.putAPIs(was.APIs, p.is.APIs)
	o.set(p.is.Name, own.Text())
}

// putAPIs writes a profile's overrides for single APIs.
func (o *object) putAPIs(was, is []API) {
	apis := o.child("apis")
	for _, a := range was {
		if !slices.ContainsFunc(is, a.sameAPI) {
			apis.set(a.Name, nil)
		}
	}
	for _, a := range is {
		old := API{Name: a.Name}
		if i := slices.IndexFunc(was, a.sameAPI); i >= 0 {
			old = was[i]
		}
		own := apis.child(a.Name)
		own.sync(old.written(), a.written())
		apis.set(a.Name, own.Text())
	}
	if len(apis.Object) > 0 || len(was) > 0 {
		o.set("apis", apis.orNone())
	}
}

// orNone returns the object's text, or nil if it is empty.
func (o *object) orNone() []byte {
	if len(o.Object) == 0 {
		return nil
	}
	return o.Text()
}

func (a API) sameAPI(other API) bool { return a.Name == other.Name }
