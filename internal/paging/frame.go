package paging

import "github.com/go-json-experiment/json/jsontext"

// head is the text in front of the items.
func (m *merged) head() []byte {
	var text []byte
	if m.Lines {
		return nil
	}
	for i, name := range m.first.path {
		text = append(text, '{')
		for _, around := range m.first.levels[i] {
			if around.name == name {
				break
			}
			if !isLead(around.name) {
				text = append(appendMember(text, around), ',')
			}
		}
		text, _ = jsontext.AppendQuote(text, name)
		text = append(text, ':')
	}
	return append(text, '[')
}

// tail is the text behind them.
func (m *merged) tail() []byte {
	if m.Lines {
		return nil
	}
	text := []byte{']'}
	for i := len(m.first.path) - 1; i >= 0; i-- {
		behind := false
		for _, around := range m.first.levels[i] {
			if behind || isLead(around.name) && around.name != m.first.path[i] {
				text = appendMember(append(text, ','), around)
			}
			behind = behind || around.name == m.first.path[i]
		}
		text = append(text, '}')
	}
	return text
}

func appendMember(text []byte, m member) []byte {
	text, _ = jsontext.AppendQuote(text, m.name) // it was decoded before
	return append(append(text, ':'), m.raw...)
}

// withLeads are the first page's members, but for what leads on: that is the
// last page's. One that leads past items that were left out is none.
func withLeads(firsts, lasts [][]member, cut bool) [][]member {
	for i, members := range firsts {
		var kept []member
		for _, m := range members {
			if !isLead(m.name) {
				kept = append(kept, m)
			}
		}
		for _, m := range lasts[i] {
			if isLead(m.name) && !cut {
				kept = append(kept, m)
			}
		}
		firsts[i] = kept
	}
	return firsts
}
