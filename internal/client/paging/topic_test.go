package paging

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/help"
)

// TestTopic checks that the help topic names each parameter of each style.
func TestTopic(t *testing.T) {
	t.Parallel()
	text := help.TopicText("paging")
	for _, s := range styles() {
		for _, name := range s.params {
			if !strings.Contains(text, "`"+name+"`") {
				t.Errorf("%s is not in internal/help/topics/paging.md", name)
			}
		}
	}
}
