// Package recent keeps what was asked for of late, up to a bound.
package recent

import "sync"

// Cache has two halves: when the young one is full it becomes the old one, and what was not
// asked for since is let go. That costs one look more than to keep all in the order in which
// they were asked for, and no list besides. The zero value keeps nothing: set Most. Its methods
// may be called at the same time.
type Cache[K comparable, V any] struct {
	Most int         // how much each half holds
	Size func(V) int // how much one takes of that; nil: one each

	mu         sync.Mutex
	size       int // of the young half
	young, old map[K]V
}

// Get returns what is kept under the key, and whether there is anything.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.young[key]; ok {
		return v, true
	}
	v, ok := c.old[key]
	if ok {
		c.keep(key, v)
	}
	return v, ok
}

// Put keeps v under the key.
func (c *Cache[K, V]) Put(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, v)
}

func (c *Cache[K, V]) keep(key K, v V) {
	size := c.sizeOf(v)
	if was, ok := c.young[key]; ok {
		c.size -= c.sizeOf(was)
	}
	if c.size += size; c.young == nil || c.size > c.Most {
		c.young, c.old, c.size = map[K]V{}, c.young, size
	}
	c.young[key] = v
}

func (c *Cache[K, V]) sizeOf(v V) int {
	if c.Size == nil {
		return 1
	}
	return c.Size(v)
}
