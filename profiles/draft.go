package profiles

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Draft is the content of profiles.json while Update changes it.
type Draft struct {
	Active string // "" for none
	Stage  string // "" for the default

	config *config
	root   *object
	stored *object // the member "profiles"
	drafts []*draft
}

// draft is a profile in two states.
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

// Profile returns the profile of that name, nil where there is none. What is
// changed in it is written; its name is changed with Rename.
func (d *Draft) Profile(name string) *Profile {
	if i := d.index(name); i >= 0 {
		return d.drafts[i].is
	}
	return nil
}

// Create adds a profile. A name that exists or that no profile can have is an
// error of kind Usage.
func (d *Draft) Create(name string) (*Profile, error) {
	if err := d.free(name); err != nil {
		return nil, err
	}
	is := &Profile{Name: name}
	d.drafts = append(d.drafts, &draft{is: is})
	return is, nil
}

// Delete removes a profile. That it is the active one is forgotten with it.
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

// Rename gives a profile another name; the active one stays active.
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

// Unknown is the error, of kind Usage, for a name that no profile has.
func (d *Draft) Unknown(name string) error {
	names := make([]string, len(d.drafts))
	for i, p := range d.drafts {
		names[i] = p.is.Name
	}
	return unknownProfile(name, names)
}

// free refuses a name that is taken, or that no profile can have.
func (d *Draft) free(name string) error {
	if d.index(name) >= 0 {
		return failure.New(failure.Usage, "profile %q exists already", name).
			Hintf("change it with \"epilot profile set\", or choose another name")
	}
	return CheckName(name)
}

// CheckName refuses, with an error of kind Usage, what no profile can be called.
func CheckName(name string) error {
	odd := func(c rune) bool { return !unicode.IsGraphic(c) }
	if name == "" || strings.TrimSpace(name) != name || !utf8.ValidString(name) || strings.ContainsFunc(name, odd) {
		return failure.New(failure.Usage, "%q cannot be the name of a profile", name).
			Hintf("a name is not empty, has no space at its ends and no control character")
	}
	return nil
}

// text is the file as it is to be written, on one line.
func (d *Draft) text() []byte {
	d.root.sync(
		[]written{{activeKey, textOrNone(d.config.active)}, {stageKey, textOrNone(d.config.stage)}},
		[]written{{activeKey, textOrNone(d.Active)}, {stageKey, textOrNone(d.Stage)}},
	)
	for _, p := range d.drafts {
		d.stored.put(p)
	}
	if len(d.stored.members) > 0 || len(d.root.members) > 0 {
		d.root.set("profiles", d.stored.text()) // the official CLI fails without it
	}
	return d.root.text()
}

// put writes a profile into the object of all.
func (o *object) put(p *draft) {
	own := o.child(p.is.Name)
	was := p.was
	if was == nil {
		was = &Profile{}
		own.set("name", quote(p.is.Name))
	}
	own.sync(was.written(), p.is.written())
	own.putAPIs(was.APIs, p.is.APIs)
	o.set(p.is.Name, own.text())
}

// putAPIs writes what a profile says for single APIs.
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
		apis.set(a.Name, own.text())
	}
	if len(apis.members) > 0 || len(was) > 0 {
		o.set("apis", apis.orNone())
	}
}

// orNone is the object's text, nil for an empty one.
func (o *object) orNone() []byte {
	if len(o.members) == 0 {
		return nil
	}
	return o.text()
}

func (a API) sameAPI(other API) bool { return a.Name == other.Name }
