package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/complete"
	"github.com/epilot-cli/epilot/profiles"
)

// flagValue completes the value of a flag.
func (l *commandLine) flagValue(ctx context.Context) choices {
	if l.cmd == nil {
		if found, mine := l.callValue(ctx); mine {
			return found
		}
	}
	if words := allowedValues(l.flag.Name); words != nil {
		return choices{candidates: names(words), sorted: true}
	}
	switch l.flag.Name {
	case "profile":
		return l.profileNames()
	case "server":
		if l.flag != l.root.PersistentFlags().Lookup("server") {
			return choices{}
		}
		return choices{candidates: []complete.Candidate{{Text: mockServer, Note: "a local epilot"}}}
	case "api":
		return choices{candidates: l.apis(nil)}
	case "unset":
		return choices{candidates: names(removable())}
	}
	_, isFile := l.flag.Annotations[completesFiles]
	return choices{files: isFile}
}

// callValue completes the flags of a call.
func (l *commandLine) callValue(ctx context.Context) (found choices, mine bool) {
	switch l.flag.Name {
	case "param":
		return l.parameter(ctx), true
	case "field":
		return l.field(ctx), true
	case "data":
		return l.data(), true
	}
	return choices{}, false
}

// parameter completes "key=" and the value behind it.
func (l *commandLine) parameter(ctx context.Context) choices {
	op := l.called(ctx)
	if op == nil {
		return choices{}
	}
	key, _, valued := strings.Cut(l.value(), "=")
	if !valued {
		return choices{candidates: complete.Keys(op, l.words[2:], l.params), sorted: true}
	}
	s := complete.Schema(op, key)
	found := choices{candidates: behind(key+"=", complete.Values(s)), sorted: true}
	if len(found.candidates) == 0 && s != nil {
		found.hint = key + ": " + complete.Describe(s)
	}
	return found
}

// behind puts the key in front of its values: the shell replaces the word.
func behind(key string, values []complete.Candidate) []complete.Candidate {
	for i := range values {
		values[i].Text = key + values[i].Text
	}
	return values
}

// field completes "key=", its values, and the file behind "key=@".
func (l *commandLine) field(ctx context.Context) choices {
	key, value, valued := strings.Cut(l.value(), "=")
	if file, isFile := strings.CutPrefix(value, "@"); isFile {
		return choices{candidates: behind(key+"=@", l.app.paths(file)), sorted: true}
	}
	op := l.called(ctx)
	if op == nil {
		return choices{}
	}
	if !valued {
		return choices{candidates: complete.Fields(op, l.fields, key), sorted: true}
	}
	values := complete.Values(complete.FieldSchema(op, strings.TrimSuffix(strings.TrimSuffix(key, ":"), "[]")))
	return choices{candidates: behind(key+"=", values), sorted: true}
}

// data completes the file behind "@".
func (l *commandLine) data() choices {
	if file, isFile := strings.CutPrefix(l.value(), "@"); isFile {
		return choices{candidates: behind("@", l.app.paths(file)), sorted: true}
	}
	return choices{candidates: []complete.Candidate{
		{Text: "@", Note: "a file: JSON or YAML", Open: true}, {Text: "-", Note: "stdin"},
	}, sorted: true}
}

// profileNames are the stored profiles with their servers or stages; nothing
// secret is shown.
func (l *commandLine) profileNames() choices {
	stored, err := l.app.look().Profiles()
	if err != nil {
		return choices{}
	}
	var found []complete.Candidate
	for _, p := range stored {
		found = append(found, complete.Candidate{Text: p.Name, Note: p.Stage})
	}
	return choices{candidates: found}
}

// apis are the APIs but for those given.
func (l *commandLine) apis(given []string) []complete.Candidate {
	var found []complete.Candidate
	for _, e := range l.catalog.Known() {
		if !slices.Contains(given, e.Name) {
			found = append(found, complete.Candidate{Text: e.Name, Note: e.Title})
		}
	}
	return found
}

// settingWords is what a setting may be, nil where that is no short list.
func settingWords(name string) []string {
	for _, key := range profiles.Keys() {
		if key.Name == name {
			return key.Words
		}
	}
	return nil
}
