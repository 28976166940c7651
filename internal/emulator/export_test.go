package emulator

import "github.com/epilot-cli/epilot/internal/openapi"

// IsByHand reports whether an operation has a handwritten handler.
func (e *Emulator) IsByHand(op *openapi.Operation) bool {
	_, own := e.services[op.Method+" "+op.Path]
	return own
}
