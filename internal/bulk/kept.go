package bulk

import (
	"hash/maphash"

	"github.com/epilot-cli/epilot/internal/client"
)

// Kept holds the calls that the check prepared, so that the run need not prepare them
// again. It keeps those of the first rows, up to a limit of memory. The zero value is
// empty and ready for use.
type Kept struct {
	seed  maphash.Seed
	calls []keptCall // of the rows from the first on
	size  int        // approximately, in bytes
	full  bool
}

type keptCall struct {
	call *client.Call
	row  uint64 // hash of the row: the file may change after the check
}

const (
	mostKept   = 6 << 20 // bytes
	sizeOfCall = 400     // bytes, without the body
)

// Add keeps the call of the next row. It is not safe for concurrent use.
func (k *Kept) Add(row *Row, call *client.Call) {
	if k.full {
		return
	}
	if k.calls == nil {
		k.seed = maphash.MakeSeed()
	}
	k.size += sizeOfCall
	if call.Body != nil {
		k.size += cap(call.Body.Bytes)
	}
	if k.full = k.size > mostKept || row.Number != len(k.calls)+1; !k.full {
		k.calls = append(k.calls, keptCall{call, row.hash(k.seed)})
	}
}

// Take returns and forgets the call of a row, or nil if it is not kept or the row has
// changed. It is safe to take the calls of several rows concurrently.
func (k *Kept) Take(row *Row) *client.Call {
	if row.Number > len(k.calls) {
		return nil
	}
	kept := k.calls[row.Number-1]
	k.calls[row.Number-1] = keptCall{}
	if kept.call == nil || kept.row != row.hash(k.seed) {
		return nil
	}
	return kept.call
}

func (r *Row) hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	_, _ = h.Write(r.Text) // never fails
	for i := range r.Cells {
		_, _ = h.WriteString(r.Cells[i].Name)
		_ = h.WriteByte(0)
		_, _ = h.WriteString(r.Cells[i].Text)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}
