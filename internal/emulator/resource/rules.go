package resource

import (
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// The rules derive the effect of an operation from its path, if the path contains
// a known resource:
//
//	/things/{id}/duplicate, :clone    copies the resource
//	/things/{id}/cancel, :cancel      changes the state of the resource
//	/things/{id}/tags                 changes an array or object of the resource
//	/things/bulk                      each element of the body is a resource
//
// An action that does not relate to a member of the resource has no effect.

// byRule returns the effect that the path of an operation implies, or nil.
func (f *model) byRule(op *openapi.Operation) *effect {
	segments := pathTemplate(op.Path)
	inner, action := cutAction(segments)
	if last := len(segments) - 1; action == "" && last > 0 {
		if _, is := parameter(segments[last]); !is {
			inner, action = segments[:last], segments[last]
		}
	}
	if action == "" || action == "search" {
		return nil
	}
	last := len(inner) - 1
	if _, is := parameter(inner[last]); !is || last == 0 {
		return f.bulk(op, inner, action)
	}
	k := f.kinds[keyOf(inner[:last])]
	view := f.view(k)
	if view == nil {
		return nil
	}
	e := &effect{does: effectChange, segments: inner[:last], id: inner[last]}
	verb := strings.ToLower(strings.ReplaceAll(snake(action), "-", "_"))
	switch {
	case slices.Contains([]string{"duplicate", "clone", "copy"}, verb):
		e.does = effectCopy
		return e
	case op.Method == http.MethodDelete:
		verb = "un" + verb
	}
	s := view.resource()
	if e.sets = verbSets(s, verb, k.name); e.sets == nil {
		e.sets = memberSets(s, op, action)
	}
	if e.sets == nil {
		return nil
	}
	for _, name := range memberNames(op.Body.JSON()) {
		if schema.Declares(s.resource, name) && !e.assigns(name) {
			e.sets = append(e.sets, assignment{name, opSet, "$" + name})
		}
	}
	return e
}

// bulk returns the effect of an operation on many resources, whose body contains
// them or their ids.
func (f *model) bulk(op *openapi.Operation, inner []string, action string) *effect {
	k := f.kinds[keyOf(inner)]
	items := schema.Items(op.Body.JSON())
	view := f.view(k)
	if view == nil || items == nil || action != "bulk" {
		return nil
	}
	e := &effect{does: effectChange, segments: inner, id: "@", each: "$"}
	if holdsObject(items) {
		e.id = "@." + idName(view.resource())
		e.sets = []assignment{{"", opMerge, "@"}}
	}
	switch op.Method {
	case http.MethodPost:
		e.does, e.id = effectCreate, ""
	case http.MethodDelete:
		e.does, e.sets = effectRemove, nil
	}
	return e
}

// verb is the effect of an action on the members of a resource.
type verb struct {
	words  string // the actions
	states string // values of the state member, the likeliest first
	later  bool   // the state later becomes one of finishedWords
	flags  string // members that become true, or the current time
	clears string // members that become false, or are removed
}

// verbs are the actions that imply a state.
var verbs = []verb{
	{words: "cancel abort stop", states: "cancelled canceled cancelling aborted stopped"},
	{words: "approve accept confirm", states: "approved accepted confirmed running active"},
	{words: "reject decline deny", states: "rejected declined denied cancelled"},
	{words: "publish release", states: "published live active", flags: "published", clears: "draft"},
	{words: "unpublish", states: "draft", clears: "published"},
	{words: "retry restart resume continue rerun execute run start apply process replay sync", states: strings.Join(runningWords, " ") + " applying", later: true},
	{words: "validate verify check", states: "validating running in_progress pending", later: true},
	{words: "archive", states: "archived", flags: "archived _archived_at archived_at"},
	{words: "unarchive", states: "active", clears: "archived _archived_at archived_at"},
	{words: "pin", flags: "pinned is_pinned pinned_at"},
	{words: "unpin", clears: "pinned is_pinned pinned_at"},
	{words: "enable activate", states: "active enabled", flags: "enabled active is_active is_enabled"},
	{words: "disable deactivate", states: "inactive disabled", clears: "enabled active is_active is_enabled"},
	{words: "freeze lock", flags: "frozen locked is_locked"},
	{words: "unfreeze unlock", clears: "frozen locked is_locked"},
	{words: "favorite star", flags: "favorite is_favorite starred"},
	{words: "unfavorite unstar", clears: "favorite is_favorite starred"},
	{words: "read mark mark_read", flags: "read read_state is_read read_at"},
	{words: "unread mark_unread", clears: "read read_state is_read read_at"},
	{words: "complete finish done close", states: "completed complete done closed finished"},
	{words: "reopen open", states: "open reopened active"},
	{words: "trash", flags: "trashed is_trashed"},
	{words: "untrash", clears: "trashed is_trashed"},
}

// verbSets returns the assignments of an action, or nil if the resource has no
// member for it.
func verbSets(s *shape, word, kind string) []assignment {
	i := slices.IndexFunc(verbs, func(v verb) bool { return slices.Contains(strings.Fields(v.words), word) })
	if i < 0 {
		return nil
	}
	v := verbs[i]
	var sets []assignment
	if name, value := stateSet(s, kind, strings.Fields(v.states)); name != "" {
		if v.later {
			if _, end := stateSet(s, kind, finishedWords); end != "" {
				value += ">" + end
			}
		}
		sets = append(sets, assignment{name, opSet, value})
	}
	for _, name := range strings.Fields(v.flags) {
		sets = append(sets, flagSet(s, name, true)...)
	}
	for _, name := range strings.Fields(v.clears) {
		sets = append(sets, flagSet(s, name, false)...)
	}
	return sets
}

// stateSet returns the state member of a resource, and the first of the words
// that it accepts.
func stateSet(s *shape, kind string, words []string) (name, value string) {
	kind = strings.ReplaceAll(kind, "-", "_")
	for _, name := range []string{"status", "state", "job_status", kind + "_status", kind + "_state", "execution_status", "install_status", "installation_status"} {
		if !schema.Declares(s.resource, name) {
			continue
		}
		values := schema.Shape(schema.Member(s.resource, name)).Enum
		for _, word := range words {
			for _, text := range values {
				if value := jsonx.Unquote([]byte(text)); strings.EqualFold(value, word) {
					return name, value
				}
			}
		}
	}
	return "", ""
}

// flagSet sets a boolean member, or one that contains a time.
func flagSet(s *shape, name string, on bool) []assignment {
	if !schema.Declares(s.resource, name) {
		return nil
	}
	types := schema.Types(schema.Member(s.resource, name))
	switch {
	case slices.Contains(types, "boolean") && on:
		return []assignment{{name, opSet, "true"}}
	case slices.Contains(types, "boolean"):
		return []assignment{{name, opSet, "false"}}
	case slices.Contains(types, "string") && on:
		return []assignment{{name, opSet, "!now"}}
	}
	return []assignment{{name, opSet, "null"}}
}

// memberSets returns the change of the member named by the path's last segment:
// an array gets the body or its array, anything else the body.
func memberSets(s *shape, op *openapi.Operation, word string) []assignment {
	name := strings.ReplaceAll(word, "-", "_")
	for _, candidate := range []string{name, camel(name), name + "s", camel(name + "s")} {
		if !schema.Declares(s.resource, candidate) {
			continue
		}
		isArray := slices.Contains(schema.Types(schema.Member(s.resource, candidate)), "array")
		value := "$"
		if op.Body.JSON() == nil {
			return nil
		}
		switch {
		case isArray && op.Method == http.MethodPost:
			return []assignment{{candidate, opAdd, value}}
		case isArray && op.Method == http.MethodDelete:
			return []assignment{{candidate, opDrop, value}}
		case op.Method == http.MethodPut && schema.Declares(op.Body.JSON(), candidate):
			return []assignment{{candidate, opSet, "$" + candidate}}
		case op.Method == http.MethodPut && (isArray || holdsObject(schema.Member(s.resource, candidate))):
			return []assignment{{candidate, opSet, value}}
		}
	}
	return nil
}
