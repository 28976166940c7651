package prompt

import (
	"context"
	"errors"
	"io"
	"sync"

	xterm "golang.org/x/term"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Hidden reads lines from a terminal that does not show what is typed. It reads
// keys, not the lines of the terminal's own editing, which cuts a line of more
// than 4,095 bytes (1,024 on macOS). Ctrl-C and Ctrl-Z stay signals; after
// Ctrl-Z and fg the terminal shows nothing again.
type Hidden struct {
	keys   *keyboard
	resume func() // draws what was asked again

	mutex  sync.Mutex
	before *xterm.State // of the terminal; nil once it is restored
	ignore func()       // ends the watch on Ctrl-Z
}

// OpenHidden takes the terminal. resumed is called when the program goes on
// after Ctrl-Z, may be nil. Close must be called, also when a line is still
// being read.
func OpenHidden(in interface {
	io.Reader
	File
}, resumed func(),
) (*Hidden, error) {
	return openHidden(&keyboard{file: in}, resumed)
}

func openHidden(keys *keyboard, resumed func()) (*Hidden, error) {
	before, err := xterm.GetState(int(keys.Fd()))
	if err != nil {
		return nil, failure.New(failure.Usage, "no terminal to prompt on")
	}
	h := &Hidden{keys: keys, before: before, resume: resumed}
	if err := hide(int(keys.Fd())); err != nil {
		return nil, failure.New(failure.File, "the terminal cannot be asked: %w", err)
	}
	h.ignore = h.watchStops()
	return h, nil
}

// Close makes the terminal as it was.
func (h *Hidden) Close() {
	h.ignore()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.before != nil {
		_ = xterm.Restore(int(h.keys.Fd()), h.before)
		h.before = nil
	}
}

// show lets the terminal be as it was until hide.
func (h *Hidden) show() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.before != nil {
		_ = xterm.Restore(int(h.keys.Fd()), h.before)
	}
}

func (h *Hidden) hide() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.before != nil {
		_ = hide(int(h.keys.Fd()))
	}
}

func (h *Hidden) hideAgain() {
	h.hide()
	if h.resume != nil {
		h.resume()
	}
}

// Line returns the next line. It ends with an error of kind Interrupted at
// Ctrl-D, at the end of the input, and when the context ends.
func (h *Hidden) Line(ctx context.Context) (string, error) {
	h.keys.ctx = ctx
	var line []rune
	for {
		key, rest := cutKey(h.keys.pending)
		if key == "" {
			if err := h.keys.fill(); err != nil {
				return "", hiddenError(ctx, err)
			}
			continue
		}
		h.keys.pending = h.keys.pending[len(h.keys.pending)-rest:]
		switch key {
		case "\n", "\r":
			return string(line), nil
		case "\x03", "\x04": // Ctrl-C is a signal where the terminal has signals
			return "", interrupted(ctx)
		case "\x7f", "\b":
			line = line[:max(len(line)-1, 0)]
		case string(controlU), "\x17":
			line = nil
		default:
			if key[0] >= ' ' || key[0] == '\t' {
				line = append(line, []rune(key)...)
			}
		}
	}
}

// Lines returns each line as it is typed. It is closed after an error of Line,
// which err holds then.
func (h *Hidden) Lines(ctx context.Context) (lines <-chan string, err *error) {
	typed := make(chan string)
	err = new(error)
	go func() {
		defer close(typed)
		for {
			line, failed := h.Line(ctx)
			if failed != nil {
				*err = failed
				return
			}
			select {
			case typed <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	return typed, err
}

func hiddenError(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return interrupted(ctx)
	}
	return failure.New(failure.File, "the terminal cannot be asked: %w", err)
}
