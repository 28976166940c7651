package render

// maxDepth bounds the memory that nesting takes: one bit for each level.
const maxDepth = 1 << 20

// nesting remembers for each open bracket which kind it is.
type nesting struct {
	objects []uint64 // one bit for each level: set for an object
	depth   int
}

// push reports whether there was room for one more level.
func (n *nesting) push(object bool) bool {
	if n.depth == maxDepth {
		return false
	}
	word, bit := n.depth/64, uint64(1)<<(n.depth%64)
	if word == len(n.objects) {
		n.objects = append(n.objects, 0)
	}
	n.objects[word] &^= bit
	if object {
		n.objects[word] |= bit
	}
	n.depth++
	return true
}

func (n *nesting) pop() { n.depth-- }

// inObject reports whether the innermost open bracket is an object's.
func (n *nesting) inObject() bool {
	if n.depth == 0 {
		return false
	}
	level := n.depth - 1
	return n.objects[level/64]>>(level%64)&1 == 1
}
