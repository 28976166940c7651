package prompt

import (
	"context"
	"io"
	"strings"
	"unicode/utf8"
)

// keyboard hands out what is typed one key a Read, so that nothing is lost that
// was typed ahead of the next question. Keys that nobody knows are left out,
// and line ends inside a paste become spaces: a pasted text is one answer.
type keyboard struct {
	file interface {
		io.Reader
		File
	}
	ctx     context.Context // of the question that is asked
	pending []byte
	paste   bool // between the marks of a bracketed paste
	gap     bool // the paste had a line end that is not handed out yet
}

func (k *keyboard) Fd() uintptr { return k.file.Fd() }

// Read returns the bytes of the next key.
func (k *keyboard) Read(p []byte) (int, error) {
	for {
		key, rest := cutKey(k.pending)
		if key == "" {
			if err := k.fill(); err != nil {
				return 0, err
			}
			continue
		}
		k.pending = k.pending[len(k.pending)-rest:]
		if text := k.action(key); text != "" {
			return copy(p, text), nil
		}
	}
}

// chunk is what one Read of the terminal returned.
type chunk struct {
	bytes []byte
	err   error
}

// fill waits for the terminal or the end of the context. A Read that blocks
// cannot be called off: its goroutine stays until the process ends.
func (k *keyboard) fill() error {
	came := make(chan chunk, 1)
	go func() {
		buffer := make([]byte, 1024)
		n, err := k.file.Read(buffer)
		came <- chunk{buffer[:n], err}
	}()
	select {
	case <-k.ctx.Done():
		return k.ctx.Err()
	case c := <-came:
		k.pending = append(k.pending, c.bytes...)
		if len(c.bytes) > 0 {
			return nil
		}
		return c.err
	}
}

// The keys of a terminal: XTerm Control Sequences, "PC-Style Function Keys" and
// "Bracketed Paste Mode".
const (
	escape     = '\x1b'
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// cutKey splits the first key off: a character or an escape sequence. It
// returns how much is left; a key that has not come whole is none yet.
func cutKey(text []byte) (key string, rest int) {
	size := 0
	switch {
	case len(text) == 0:
		return "", 0
	case text[0] == escape && len(text) > 1:
		size = sequence(text)
	case utf8.FullRune(text):
		_, size = utf8.DecodeRune(text)
	}
	return string(text[:size]), len(text) - size
}

// sequence is the length of an escape sequence, 0 while its end is missing.
func sequence(text []byte) int {
	switch {
	case text[1] == 'O' && len(text) > 2, text[1] != '[' && text[1] != 'O':
		return min(len(text), 2+strings.Count(string(text[1]), "O"))
	case text[1] == 'O':
		return 0
	}
	for i := 2; i < len(text); i++ {
		if text[i] >= 0x40 && text[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}

// Keys that survey has no name for: Ctrl-B, which it takes for an arrow, or
// Shift-Tab; and Esc, behind which it waits for more.
const (
	backKey  = '\x1c'
	leaveKey = '\x1f'
)

// action is the key as survey reads it, "" for one that means nothing.
func (k *keyboard) action(key string) string {
	switch key {
	case pasteBegin:
		k.paste, k.gap = true, false
		return ""
	case pasteEnd:
		k.paste = false
		return ""
	case "\x1b":
		return string(leaveKey)
	case "\x02", "\x1b[Z":
		return string(backKey)
	case "\x1b[1~", "\x1b[7~":
		return "\x1b[H"
	case "\x1b[4~", "\x1b[8~":
		return "\x1b[F"
	}
	if k.paste {
		return k.pasted(key)
	}
	if key[0] != escape || len(key) == 3 && strings.ContainsAny(key[2:], "ABCDFH") || key == "\x1b[3~" {
		return key
	}
	return ""
}

// pasted keeps line ends and tabs as one space, and drops those at the end.
func (k *keyboard) pasted(key string) string {
	if key == "\n" || key == "\r" || key == "\t" {
		k.gap = true
		return ""
	}
	if key[0] < ' ' || key == "\x7f" {
		return ""
	}
	if k.gap {
		k.gap = false
		k.pending = append([]byte(key), k.pending...)
		return " "
	}
	return key
}
