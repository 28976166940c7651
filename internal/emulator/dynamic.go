package emulator

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"strings"
)

// sample answers with a sample, as the request and the options want it.
func (e *Emulator) sample(c *call) (*answer, error) {
	w := wish{
		accept:  strings.Join(c.request.Header.Values("Accept"), ","),
		example: c.prefer.example,
		texts:   &e.texts,
	}
	if e.isDynamic(c) {
		var err error
		if w.random, err = e.dice(c); err != nil {
			return nil, err
		}
	}
	return w.preferred(c.op, c.prefer.code)
}

// isDynamic reports whether a sample for this call is random.
func (e *Emulator) isDynamic(c *call) bool {
	if c.prefer.dynamic != nil {
		return *c.prefer.dynamic
	}
	return e.options.Dynamic
}

// dice decides on a random sample. With a seed, the request alone chooses their
// state, so that it does not matter what was asked before.
func (e *Emulator) dice(c *call) (*rand.Rand, error) {
	if e.options.Seed == nil {
		var state [16]byte
		if _, err := io.ReadFull(e.options.Random, state[:]); err != nil {
			return nil, err
		}
		return rand.New(rand.NewPCG(binary.NativeEndian.Uint64(state[:]), binary.NativeEndian.Uint64(state[8:]))), nil
	}
	hash := fnv.New64a()
	for _, word := range []string{c.api.Name, c.op.ID, c.request.URL.RequestURI()} {
		hash.Write([]byte(word + "\n"))
	}
	hash.Write(c.heard.Bytes())
	return rand.New(rand.NewPCG(*e.options.Seed, hash.Sum64())), nil
}

// heard is a request body that keeps what was read of it.
type heard struct {
	io.ReadCloser
	text bytes.Buffer
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.text.Write(p[:max(0, min(n, maxBody-h.text.Len()))])
	return n, err
}

// Bytes are what was read, maxBody bytes at most.
func (h *heard) Bytes() []byte {
	if h == nil {
		return nil
	}
	return h.text.Bytes()
}

// hear keeps the body of the request from now on.
func (c *call) hear() {
	if c.heard == nil && c.request.Body != nil {
		c.heard = &heard{ReadCloser: c.request.Body}
		c.request.Body = c.heard
	}
}

// drain reads what the operation left of a body that is kept.
func (c *call) drain() {
	if c.heard != nil {
		_, _ = io.CopyN(io.Discard, c.heard, maxBody) // a client that went away is no fault here
	}
}
