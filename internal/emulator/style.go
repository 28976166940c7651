package emulator

import (
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// split takes an array apart by its style.
func split(p *operation.Param, words []string) []string {
	switch {
	case len(words) == 0, p.Style == "form" && p.Explode, p.Style == "deepObject":
		return words
	case p.Style == "matrix" && p.Explode:
		return strings.Split(words[0], ";"+p.Name+"=")
	}
	separator := separator(p)
	return strings.Split(strings.Join(words, separator), separator)
}

// separator stands between the parts of one text.
func separator(p *operation.Param) string {
	switch {
	case p.Style == "spaceDelimited":
		return " "
	case p.Style == "pipeDelimited":
		return "|"
	case p.Style == "label" && p.Explode:
		return "."
	case p.Style == "matrix" && p.Explode:
		return ";"
	}
	return ","
}

// indexed are the values of name[] and of name[0], name[1] and so on.
func (c *call) indexed(name string) []string {
	var words []string
	for _, key := range c.queryKeys() {
		index, isIndex := bracketed(key, name)
		if isIndex && strings.Trim(index, "0123456789") == "" {
			words = append(words, c.query[key]...)
		}
	}
	return words
}

// queryKeys are sorted: name[2] before name[10], as a list has them.
func (c *call) queryKeys() []string {
	keys := make([]string, 0, len(c.query))
	for key := range c.query {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}

// bracketed returns what stands in the brackets of name[…].
func bracketed(key, name string) (string, bool) {
	rest, has := strings.CutPrefix(key, name+"[")
	inside, closed := strings.CutSuffix(rest, "]")
	return inside, has && closed
}

// members takes an object apart. One that spreads over the query has whatever
// no other parameter claims.
func (c *call) members(p *operation.Param, g *given) map[string][]string {
	found := map[string][]string{}
	if p.In == "query" {
		for key, words := range c.query {
			if name, isMember := bracketed(key, p.Name); isMember {
				found[name] = words
			} else if p.Style == "form" && p.Explode && !c.claims(key) {
				found[key] = words
			}
		}
	}
	if len(g.words) > 0 && !spreads(p) {
		parts := strings.Split(strings.Join(g.words, separator(p)), separator(p))
		if p.Explode {
			g.fault = pairs(parts, found)
		} else {
			g.fault = turns(parts, found)
		}
	}
	if g.fault != "" {
		return nil
	}
	return found
}

// spreads reports whether an object's members have keys of their own.
func spreads(p *operation.Param) bool {
	return p.Style == "deepObject" || p.Style == "form" && p.Explode
}

// claims reports whether a documented parameter has the key of the query.
func (c *call) claims(key string) bool {
	name, _, _ := strings.Cut(key, "[")
	return c.op.Param(name, "query") != nil
}

// pairs reads R=100,G=200 and returns what is wrong with the text.
func pairs(parts []string, found map[string][]string) string {
	for _, part := range parts {
		name, value, paired := strings.Cut(part, "=")
		if !paired {
			return "must be pairs such as name=value, but " + strconv.Quote(name) + " has no value"
		}
		found[name] = append(found[name], value)
	}
	return ""
}

// turns reads R,100,G,200 and returns what is wrong with the text.
func turns(parts []string, found map[string][]string) string {
	if len(parts)%2 != 0 {
		return "must be names and values in turn, but " + strconv.Quote(parts[len(parts)-1]) + " has no value"
	}
	for i := 0; i < len(parts); i += 2 {
		found[parts[i]] = append(found[parts[i]], parts[i+1])
	}
	return ""
}
