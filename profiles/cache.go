package profiles

import "sync"

// cache is the content of a file, read once until it is forgotten.
type cache[T any] struct {
	read  func() (T, error)
	mu    sync.Mutex
	known bool
	value T
	err   error
}

func (c *cache[T]) get() (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		c.value, c.err = c.read()
		c.known = true
	}
	return c.value, c.err
}

func (c *cache[T]) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = false
}
