//go:build !unix

package budget

// available returns nothing: the limit is unknown on this system.
func available() (free int64, bounded bool) { return 0, false }
