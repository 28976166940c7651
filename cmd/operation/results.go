package operation

import (
	"bytes"
	"io"
	"sync"
)

// resultQueue passes the results of a run to the printer. Unlike with io.Pipe, a write
// waits only while the queue is full, and a read returns everything written so far:
// the printer then needs fewer and larger writes.
type resultQueue struct {
	mu      sync.Mutex
	changed sync.Cond
	text    bytes.Buffer
	ended   error // io.EOF after the last result; any other error refuses further results
}

const fullQueue = 64 << 10 // bytes

func newResultQueue() *resultQueue {
	q := &resultQueue{}
	q.changed.L = &q.mu
	return q
}

func (q *resultQueue) Write(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.text.Len() >= fullQueue && q.ended == nil {
		q.changed.Wait()
	}
	if q.ended != nil {
		return 0, q.ended
	}
	q.changed.Broadcast()
	return q.text.Write(p)
}

func (q *resultQueue) Read(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.text.Len() == 0 && q.ended == nil {
		q.changed.Wait()
	}
	if q.text.Len() == 0 {
		return 0, io.EOF
	}
	q.changed.Broadcast()
	return q.text.Read(p)
}

// end ends the results: with io.EOF after the last one, with another error if they
// can no longer be read.
func (q *resultQueue) end(why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended == nil {
		q.ended = why
	}
	q.changed.Broadcast()
}
