package cmd

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/epilot-cli/epilot/internal/failure"
)

// masked reads lines from the terminal that are not shown while they are typed.
type masked struct {
	file  *os.File
	state *term.State   // as it was, and will be again
	next  chan struct{} // a line more is wanted

	mu     sync.Mutex
	silent *term.State // shows nothing; nil before the first line is read
	over   bool
}

// masked takes the terminal; nil where there is none to ask on. restore must be
// called, also when a line is still being read.
func (a *App) masked() *masked {
	file, isFile := a.Streams.In.(*os.File)
	if !isFile || !a.Streams.InTTY || !a.Streams.ErrTTY {
		return nil
	}
	state, err := term.GetState(int(file.Fd()))
	if err != nil {
		return nil
	}
	return &masked{file: file, state: state, next: make(chan struct{}, 1)}
}

func (m *masked) restore() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	_ = term.Restore(int(m.file.Fd()), m.state)
}

func (m *masked) isOver() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.over
}

// silence undoes what ReadPassword does at the end of a line: what is typed or
// pasted before the next one is read must not be shown.
func (m *masked) silence() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent != nil && !m.over {
		_ = term.Restore(int(m.file.Fd()), m.silent)
	}
}

// lines returns what is typed, a line for each call of more, until the input
// ends. When it returns, the terminal shows nothing any more.
func (m *masked) lines() <-chan string {
	lines := make(chan string)
	m.more()
	go func() {
		defer close(lines)
		for range m.next {
			if m.isOver() {
				return
			}
			line, err := term.ReadPassword(int(m.file.Fd()))
			if err != nil {
				return
			}
			m.silence()
			lines <- string(line)
		}
	}()
	m.await()
	return lines
}

// more lets the next line be read.
func (m *masked) more() { m.next <- struct{}{} }

// await waits until the terminal has changed its state: a restore before that
// would be undone, and what is typed before that be shown.
func (m *masked) await() {
	const patience = 100
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range patience {
		now, err := term.GetState(int(m.file.Fd()))
		if err != nil {
			return
		}
		if *now != *m.state {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.silent = now
			return
		}
		<-tick.C
	}
}

// askMasked asks for one line. It ends with the context, and leaves the
// terminal as it was.
func (a *App) askMasked(ctx context.Context, question string) (string, error) {
	m := a.masked()
	if m == nil {
		return "", failure.New(failure.Usage, "there is no terminal to ask on").Hintf("give the token on stdin")
	}
	defer m.restore()
	lines := m.lines()
	fmt.Fprint(a.Streams.Err, question)
	defer fmt.Fprintln(a.Streams.Err)
	select {
	case line, ok := <-lines:
		if !ok {
			return "", failure.New(failure.Usage, "the input ended without an answer")
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
