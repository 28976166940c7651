package prompt

import (
	"context"
	"errors"
	"io"
	"sync"

	xterm "golang.org/x/term"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Hidden reads lines from a terminal without echo. It reads keys instead of using
// the terminal's line editing, which truncates lines over 4,095 bytes (1,024 on
// macOS). Ctrl-C and Ctrl-Z remain signals; after Ctrl-Z and fg, echo is off again.
type Hidden struct {
	keys   *keyboard
	resume func() // redraws the prompt

	mutex  sync.Mutex
	before *xterm.State // of the terminal; nil once restored
	ignore func()       // stops watching for Ctrl-Z
}

// OpenHidden takes over the terminal. resumed is called when the program continues
// after Ctrl-Z; it may be nil. Close must be called, even while a line is being
// read.
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
		return nil, failure.New(failure.File, "cannot prompt on the terminal: %w", err)
	}
	h.ignore = h.watchStops()
	return h, nil
}

// Close restores the terminal.
func (h *Hidden) Close() {
	h.ignore()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.before != nil {
		_ = xterm.Restore(int(h.keys.Fd()), h.before)
		h.before = nil
	}
}

// show restores the terminal until hide is called.
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

// Line returns the next line. It returns an error of kind Interrupted on Ctrl-D, at
// the end of the input, and when the context ends.
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
		case "\x03", "\x04": // Ctrl-C is a signal on terminals with signals
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

// Lines returns lines as they are typed. The channel is closed after an error of
// Line, which is stored in err.
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
	return failure.New(failure.File, "cannot prompt on the terminal: %w", err)
}
