package names

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/suggest"
)

// An action is "*", or a resource and what is done with it, joined by colons:
// "entity:view", "workflow:execution:*". The form "entity-read" is older.

// verbs are the last words of actions: those of documented actions, and the first
// words of operations.
var verbs = strings.Fields(`
	abort accept activate add apply approve archive assign cancel change clone comment configure connect consume
	create delete disable disconnect download duplicate edit enable execute export get import install
	invite list login manage move patch post publish put read reject remove reply restore retry revoke run
	search send share start submit sync test trigger uninstall unshare update upload use validate view write`)

// otherResources are resources of actions that are a part of an API.
var otherResources = strings.Fields(`
	activity board campaign component flow group inbox integration meter_reading portal product reading relation role schema
	settings taxonomy template theme thread token`)

// resourcesOf returns the resources of actions: the APIs, also in the singular,
// and parts of them.
func resourcesOf(apis []string) []string {
	all := slices.Clone(otherResources)
	for _, api := range apis {
		all = append(all, api)
		if one := strings.TrimSuffix(api, "s"); one != api {
			all = append(all, one)
		}
	}
	return all
}

// actionFault returns what is wrong with an action of a grant, or "".
func (v *vocabulary) actionFault(action string) string {
	if action == "*" {
		return ""
	}
	words := strings.Split(action, ":")
	if dash := strings.LastIndexByte(action, '-'); len(words) == 1 && dash >= 0 {
		words = []string{action[:dash], action[dash+1:]}
	}
	if len(words) == 1 || slices.Contains(words, "") {
		return "invalid action " + action + ": use * or resource:action, such as entity:view or workflow:execution:*"
	}
	resource, verb := words[0], words[len(words)-1]
	isResource := func(known string) bool { return suggest.Fold(known) == suggest.Fold(resource) }
	switch {
	case !slices.ContainsFunc(v.resources, isResource):
		return "unknown resource " + resource + " in action " + action +
			didYouMeanOr(resource, v.resources, "", "APIs, entity schemas, "+strings.Join(otherResources, ", "))
	case verb != "*" && !slices.Contains(verbs, verb):
		return "unknown action " + action + didYouMeanOr(verb, verbs, strings.TrimSuffix(action, verb), "*, "+strings.Join(verbs, ", "))
	}
	return ""
}

// didYouMeanOr ends a message with the nearest name after a prefix, or with all
// names if none is near.
func didYouMeanOr(name string, known []string, prefix, all string) string {
	if near := suggest.Match(name, known); near != "" {
		return "; did you mean " + prefix + near + "?"
	}
	return "; known: " + all
}
