package operation

import (
	"strings"
	"testing"
)

func TestLongValueIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ value, want string }{
		{strings.Repeat("x", 80), "value is " + strings.Repeat("x", 80)},
		{strings.Repeat("x", 81), "value is " + strings.Repeat("x", 80) + "…"},
		{`"` + strings.Repeat("é", 90) + `"`, `value is "` + strings.Repeat("é", 79) + "…"},
	} {
		if err := (&wait{condition: &condition{}, late: true, value: test.value}).err(); !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%v, want …%s", err, test.want)
		}
	}
}
