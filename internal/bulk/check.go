package bulk

import (
	"iter"
	"runtime"
	"sync"

	"github.com/epilot-cli/epilot/internal/client"
)

// Checked is a row and its prepared call, or the error that prevents the call.
type Checked struct {
	Row  *Row
	Call *client.Call
	Err  error
}

// Check prepares the call of each row and yields the results in row order. An error
// ends the rows. prepare is called on all processors and rows are read ahead, so
// they must come from a file.
func Check(rows iter.Seq2[*Row, error], prepare func(*Row) (*client.Call, error)) iter.Seq2[*Checked, error] {
	return func(yield func(*Checked, error) bool) {
		workers := runtime.GOMAXPROCS(0)
		work, inOrder := make(chan *checkBatch), make(chan *checkBatch, workers)
		quit := make(chan struct{})
		var busy sync.WaitGroup
		defer busy.Wait() // the caller reads the file again
		defer close(quit)
		busy.Go(func() { readBatches(rows, work, inOrder, quit) })
		for range workers {
			busy.Go(func() {
				for batch := range work {
					batch.prepare(prepare)
				}
			})
		}
		for batch := range inOrder {
			<-batch.ready
			for _, checked := range batch.rows {
				if !yield(checked, nil) {
					return
				}
			}
			if batch.err != nil {
				yield(nil, batch.err)
				return
			}
		}
	}
}

// CheckAsRead is like Check for a pipe: each row is prepared before the next is
// read.
func CheckAsRead(rows iter.Seq2[*Row, error], prepare func(*Row) (*client.Call, error)) iter.Seq2[*Checked, error] {
	return func(yield func(*Checked, error) bool) {
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			call, err := prepare(row)
			if !yield(&Checked{row, call, err}, nil) {
				return
			}
		}
	}
}

// The limits of a batch: rows are usually small, but one can have 16 MB.
const (
	batchRows  = 64
	batchBytes = 256 << 10
)

// checkBatch is a batch of rows prepared by one goroutine.
type checkBatch struct {
	rows  []*Checked
	err   error         // ends the rows after this batch
	ready chan struct{} // closed once the rows are prepared
}

func (b *checkBatch) prepare(prepare func(*Row) (*client.Call, error)) {
	for _, checked := range b.rows {
		checked.Call, checked.Err = prepare(checked.Row)
	}
	close(b.ready)
}

// readBatches sends the rows until quit is closed.
func readBatches(rows iter.Seq2[*Row, error], work, inOrder chan<- *checkBatch, quit <-chan struct{}) {
	defer close(work)
	defer close(inOrder)
	batch, size := &checkBatch{ready: make(chan struct{})}, 0
	pass := func() bool {
		for _, to := range []chan<- *checkBatch{inOrder, work} {
			select {
			case to <- batch:
			case <-quit:
				return false
			}
		}
		batch, size = &checkBatch{ready: make(chan struct{})}, 0
		return true
	}
	for row, err := range rows {
		if err != nil {
			batch.err = err
			break
		}
		batch.rows = append(batch.rows, &Checked{Row: row})
		size += row.size()
		if (len(batch.rows) == batchRows || size >= batchBytes) && !pass() {
			return
		}
	}
	pass()
}

// size returns the approximate size of the row in bytes.
func (r *Row) size() int {
	size := len(r.Text) + len(r.Raw)
	for i := range r.Cells {
		size += len(r.Cells[i].Text)
	}
	return size
}
