//go:build unix

package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// pausedServer refuses a third of the rows once with a 429 and Retry-After, fails some
// with a 500 and resets the connection of others. It answers only when all calls that
// the program can make concurrently have arrived, refused rows first, and the others
// when the program has noticed every refusal. So no call is on its way when a pause
// begins, and one that arrives before its end was sent during it.
type pausedServer struct {
	*httptest.Server
	arrivals chan *pausedCall
	noticed  chan struct{} // receives one value for each refusal that the program has noticed

	mu     sync.Mutex
	until  time.Time // the end of the pause
	early  []int     // rows that arrived during a pause
	began  map[int]int
	made   map[int]int
	pauses int
}

// pausedCall is a request that waits for its outcome.
type pausedCall struct {
	row     int
	outcome chan pausedOutcome
}

type pausedOutcome int

const (
	rowMade pausedOutcome = iota
	rowRefused
	rowFailed    // made, and then a 500
	rowFailedNot // not made, and a 500
	rowReset     // made, and then a reset
)

const pauseTime = time.Second // the shortest Retry-After

// outcomeOf returns the last outcome of a row.
func outcomeOf(row int) pausedOutcome {
	switch row % 20 {
	case 4:
		return rowFailed
	case 8:
		return rowFailedNot
	case 13:
		return rowReset
	}
	return rowMade
}

func isRefused(row int) bool { return row%3 == 0 }

func newPausedServer(t *testing.T) *pausedServer {
	t.Helper()
	s := &pausedServer{
		arrivals: make(chan *pausedCall), noticed: make(chan struct{}),
		began: map[int]int{}, made: map[int]int{},
	}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *pausedServer) serve(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	var sent struct{ N int }
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		return
	}
	s.mu.Lock()
	if s.began[sent.N]++; at.Before(s.until) {
		s.early = append(s.early, sent.N)
	}
	s.mu.Unlock()
	call := &pausedCall{row: sent.N, outcome: make(chan pausedOutcome)}
	s.arrivals <- call
	outcome := <-call.outcome
	if outcome == rowMade || outcome == rowFailed || outcome == rowReset {
		s.mu.Lock()
		s.made[sent.N]++
		s.mu.Unlock()
	}
	switch outcome {
	case rowRefused:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case rowFailed, rowFailedNot:
		w.WriteHeader(http.StatusInternalServerError)
	case rowReset:
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_ = connection.(*net.TCPConn).SetLinger(0)
		_ = connection.Close()
	default:
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"ok":true}`)
	}
}

// conduct decides the outcome of each row until all have one. parallel is the number
// of calls that the program makes concurrently.
func (s *pausedServer) conduct(rows, parallel int) {
	refused := map[int]bool{}
	for left := rows; left > 0; {
		var batch []*pausedCall
		for len(batch) < min(parallel, left) {
			batch = append(batch, <-s.arrivals)
		}
		var others []*pausedCall
		count := 0
		for _, call := range batch {
			if !isRefused(call.row) || refused[call.row] {
				others = append(others, call)
				continue
			}
			if count++; count == 1 {
				s.mu.Lock()
				s.pauses++
				s.until = time.Now().Add(pauseTime)
				s.mu.Unlock()
			}
			refused[call.row] = true
			call.outcome <- rowRefused
		}
		for range count {
			<-s.noticed
		}
		for _, call := range others {
			call.outcome <- outcomeOf(call.row)
		}
		left -= len(others)
	}
}

// TestEachPaused: no request begins while a Retry-After asks for a pause, each row is
// made once, and only the rows whose fate the program cannot know are unknown.
func TestEachPaused(t *testing.T) {
	t.Parallel()
	const rows, parallel = 60, 16
	server := newPausedServer(t)
	run := bulkCreate(&bulkServer{Server: server.Server}, bulkRows(t, rows), "--parallel", "16", "-v")
	var out bytes.Buffer
	run.Stdout = &out
	notes, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	go server.conduct(rows, parallel)
	var said strings.Builder
	for lines := bufio.NewScanner(notes); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "429 Too Many Requests") {
			server.noticed <- struct{}{}
		}
	}
	_ = run.Wait()
	server.mu.Lock()
	defer server.mu.Unlock()
	if len(server.early) > 0 {
		t.Errorf("rows %v were sent during a pause", server.early)
	}
	unknown := server.check(t, out.Bytes(), rows)
	want := fmt.Sprintf("%d done, %d unknown in ", rows-unknown, unknown)
	if run.ProcessState.ExitCode() != 1 || !strings.Contains(said.String(), want) {
		t.Errorf("status %d, want %q in:\n%s", run.ProcessState.ExitCode(), want, said.String())
	}
	t.Logf("%d rows in %d pauses, %d unknown", rows, server.pauses, unknown)
}

// check compares what the server did with each row to its result, and returns how
// many are unknown.
func (s *pausedServer) check(t *testing.T, results []byte, rows int) (unknown int) {
	t.Helper()
	seen := map[int]bool{}
	for line := range bytes.Lines(results) {
		var result struct {
			Row, Status int
			Error       string
		}
		if err := json.Unmarshal(line, &result); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		seen[result.Row] = true
		outcome := outcomeOf(result.Row)
		wantMade, wantSent := 1, 1
		if outcome == rowFailedNot {
			wantMade = 0
		}
		if isRefused(result.Row) {
			wantSent = 2
		}
		if s.made[result.Row] != wantMade || s.began[result.Row] != wantSent {
			t.Errorf("row %d was made %d times and sent %d times, want %d and %d",
				result.Row, s.made[result.Row], s.began[result.Row], wantMade, wantSent)
		}
		if outcome != rowMade {
			unknown++
		}
		if (result.Error == "") != (outcome == rowMade) || (result.Status == http.StatusCreated) != (outcome == rowMade) {
			t.Errorf("row %d has the outcome %d: %s", result.Row, outcome, line)
		}
	}
	if len(seen) != rows {
		t.Errorf("%d rows have a result, want %d", len(seen), rows)
	}
	return unknown
}
