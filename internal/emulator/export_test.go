package emulator

import "github.com/epilot-cli/epilot/internal/operation"

// Things tells what is recognized in an API's paths.
type Things struct{ resources resources }

// Role is what the operation does, "" where a sample answers it.
func (t *Things) Role(api *operation.API, op *operation.Operation) string {
	res := t.resources.find(api, op)
	if res == nil {
		return ""
	}
	return map[role]string{
		creates: "create", lists: "list", gets: "get", replaces: "replace", patches: "patch",
		removes: "remove", searches: "search", upserts: "upsert", suggests: "suggest",
	}[res.role]
}

// Kind is what the operations on the same things have in common.
func (t *Things) Kind(api *operation.API, op *operation.Operation) string {
	if res := t.resources.find(api, op); res != nil {
		return res.kind.key
	}
	return ""
}

// ID is the id in an answer of an operation that answers with one thing.
func (t *Things) ID(api *operation.API, op *operation.Operation, answer string) string {
	res := t.resources.find(api, op)
	if res == nil || res.shape == nil {
		return ""
	}
	whole, _ := parseObject([]byte(answer))
	return unquoted(res.shape.within(whole).at(res.shape.id))
}
