// Package budget limits what the program reads into memory. A server, a file or an
// expression that needs more gets an error instead of killing the process.
package budget

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Default is the limit of a single read into memory, in bytes.
const Default = 256 << 20

// MaxDepth is the maximum nesting of JSON, as in jq.
const MaxDepth = 10_000

// MaxColumns is the maximum number of columns that a table selects by default.
const MaxColumns = 1000

// Budget is the memory limit of a run. The zero value is Default, or less if the
// system gives the process less memory. It is safe for concurrent use, and copies
// share the computed limit.
type Budget struct{ found *found }

type found struct {
	limit   int64
	once    sync.Once
	least   int64 // the smaller of the limit and the system's limit
	bounded bool  // the system limits the memory
}

// New returns a budget of limit bytes; 0 means Default.
func New(limit int64) Budget {
	if limit <= 0 {
		limit = Default
	}
	return Budget{&found{limit: limit}}
}

// Parse parses a limit such as 256MB, 1.5GB or 300000000. Units are powers of 1,000.
// Errors are of kind Usage.
func Parse(text string) (int64, error) {
	digits := strings.TrimSpace(strings.ToUpper(text))
	unit := 1.0
	for _, u := range []struct {
		name string
		size float64
	}{{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}} {
		if rest, has := strings.CutSuffix(digits, u.name); has {
			digits, unit = strings.TrimSpace(rest), u.size
			break
		}
	}
	size, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsNaN(size) || size*unit < 1e6 || size*unit > 1e15 {
		return 0, failure.New(failure.Usage, "invalid memory limit %q", text).Hintf("use a size of at least 1MB, such as 512MB or 2GB")
	}
	return int64(size * unit), nil
}

// share is the divisor of the available memory for one read: data is copied while it
// is processed, and garbage is not collected immediately.
const share = 8

// arena is the unit in which the heap grows, in bytes: the rest of the last one cannot
// be used.
const arena = 64 << 20

const least = 1 << 20 // bytes; nothing works below

// Limit returns how many bytes a single read may use.
func (b Budget) Limit() int64 {
	if b.found == nil {
		return Default
	}
	b.found.once.Do(func() {
		b.found.least = b.found.limit
		if free, bounded := available(); bounded {
			b.found.bounded = true
			free = max(free-arena, free/2)
			b.found.least = min(b.found.limit, max(free/share, least))
			debug.SetMemoryLimit(inUse() + free*3/4) // collect garbage rather than fail
		}
	})
	return b.found.least
}

// Tidy collects garbage early if the system limits the memory, for work whose large
// values soon become garbage: a growing list is copied each time.
func (b Budget) Tidy() {
	const percent = 25 // of the live memory
	if b.Limit(); b.found != nil && b.found.bounded {
		debug.SetGCPercent(percent)
	}
}

// Meter counts the bytes of one read.
type Meter struct {
	budget Budget
	kind   failure.Kind
	what   string
	times  int64 // how many limits may be spent
	spent  int64
}

// Meter returns a meter for what, such as "the response". Its error is of the given
// kind: Network for server data, Usage for user input, Query for an expression.
func (b Budget) Meter(kind failure.Kind, what string) *Meter {
	if b.found == nil {
		b = New(Default)
	}
	return &Meter{budget: b, kind: kind, what: what, times: 1}
}

// Values returns a meter for values in memory, which may use four times as much as
// their text.
func (b Budget) Values(kind failure.Kind, what string) *Meter {
	m := b.Meter(kind, what)
	m.times = 4
	return m
}

const small = 8 << 20 // bytes; too small to query the system

// Spend counts n bytes. A nil meter counts nothing.
func (m *Meter) Spend(n int) error {
	if m == nil {
		return nil
	}
	m.spent += int64(n)
	if m.spent <= min(small, m.budget.found.limit) || m.spent <= m.times*m.budget.Limit() {
		return nil
	}
	return m.error()
}

// Spent returns the bytes counted so far.
func (m *Meter) Spent() int64 {
	if m == nil {
		return 0
	}
	return m.spent
}

// Reset restarts the count, once the data is no longer in memory.
func (m *Meter) Reset() {
	if m != nil {
		m.spent = 0
	}
}

func (m *Meter) error() error {
	limit := m.budget.Limit()
	err := failure.New(m.kind, "%s takes more memory than the limit of %s", m.what, size(limit))
	if limit < m.budget.found.limit {
		return err.Hintf("the system limits the memory of this process; -o raw needs the least")
	}
	if m.kind == failure.Network {
		return err.Hintf("use -o raw or -o ndjson, which stream, or raise the limit: EPILOT_MAX_MEMORY=%s", size(4*limit))
	}
	return err.Hintf("raise the limit: EPILOT_MAX_MEMORY=%s", size(4*limit))
}

func size(n int64) string {
	if n%(1<<20) == 0 && n < 1<<30 {
		return fmt.Sprintf("%dMB", n>>20)
	}
	return fmt.Sprintf("%dMB", n/1_000_000)
}

// ReadAll is io.ReadAll within the limit. It copies the data only once: a growing
// slice would use several times as much.
func (m *Meter) ReadAll(r io.Reader) ([]byte, error) {
	var parts [][]byte
	for size := 16 << 10; ; size = min(2*size, 4<<20) {
		part := make([]byte, size)
		n, err := io.ReadFull(r, part)
		if n > 0 {
			parts = append(parts, part[:n])
		}
		if over := m.Spend(n); over != nil {
			return nil, over
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return join(parts), nil
		}
		if err != nil {
			return join(parts), err
		}
	}
}

func join(parts [][]byte) []byte {
	if len(parts) == 1 {
		return parts[0]
	}
	return bytes.Join(parts, nil)
}

// Reader returns a reader that fails with the meter's error.
func (m *Meter) Reader(r io.Reader) io.Reader { return metered{r, m} }

type metered struct {
	io.Reader
	meter *Meter
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if over := m.meter.Spend(n); over != nil {
		return 0, over
	}
	return n, err
}

type contextKey struct{}

// Into returns a context that carries the budget.
func Into(ctx context.Context, b Budget) context.Context {
	return context.WithValue(ctx, contextKey{}, b)
}

// Of returns the budget of the context, or Default.
func Of(ctx context.Context) Budget {
	if b, has := ctx.Value(contextKey{}).(Budget); has && b.found != nil {
		return b
	}
	return New(Default)
}

// inUse returns the memory that the Go runtime has obtained from the system, in
// bytes.
func inUse() int64 {
	var stats runtime.MemStats // runtime/metrics would add half a millisecond to every start
	runtime.ReadMemStats(&stats)
	return int64(stats.Sys)
}
