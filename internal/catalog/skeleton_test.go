package catalog

import (
	"fmt"
	"slices"
	"testing"

	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestEverySkeletonFitsExactly validates the bodies printed by --skeleton strictly,
// beyond what a check requires: exactly one variant of oneOf matches, and every
// required member is present.
func TestEverySkeletonFitsExactly(t *testing.T) {
	t.Parallel()
	everyOperation(t, func(t *testing.T, _ *openapi.API, op *openapi.Operation) {
		if op.Body == nil {
			return
		}
		s := jsonSchema(op.Body.Contents)
		if s == nil {
			return // a form: its example runs in the acceptance suite
		}
		for _, full := range []bool{false, true} {
			value, err := schema.Decode([]byte(help.Body(op, full)))
			if err != nil {
				t.Errorf("%s: %v", op.ID, err)
				continue
			}
			l := &letter{}
			l.read(s, value, "$", 0)
			for _, wrong := range l.wrong {
				t.Errorf("%s, full %v: %s", op.ID, full, wrong)
			}
		}
	})
}

// letter validates a schema strictly, without the leniency of a check.
type letter struct{ wrong []string }

func (l *letter) read(s *openapi.Schema, value any, at string, depth int) {
	if s = s.Target(); s == nil || depth > 40 {
		return
	}
	for _, part := range s.AllOf {
		l.read(part, value, at, depth+1)
	}
	l.variants(s.OneOf, value, at, depth, true)
	l.variants(s.AnyOf, value, at, depth, false)
	switch value := value.(type) {
	case map[string]any:
		l.object(s, value, at, depth)
	case []any:
		for i, item := range value {
			l.read(s.Items, item, fmt.Sprintf("%s[%d]", at, i), depth+1)
		}
	}
}

func (l *letter) object(s *openapi.Schema, value map[string]any, at string, depth int) {
	for _, name := range s.Required {
		property := s.Property(name)
		if _, has := value[name]; !has && schema.IsSent(property, true) {
			l.wrong = append(l.wrong, at+" lacks "+name)
		}
	}
	for name, member := range value {
		property := s.Property(name)
		if property == nil {
			property = s.Additional
		}
		l.read(property, member, at+"."+name, depth+1)
	}
}

func (l *letter) variants(variants []*openapi.Schema, value any, at string, depth int, one bool) {
	fitting := slices.DeleteFunc(slices.Clone(variants), func(v *openapi.Schema) bool {
		return len(schema.Check(v, value, schema.Request)) > 0
	})
	if len(variants) > 0 && len(fitting) == 0 || one && len(fitting) > 1 {
		l.wrong = append(l.wrong, fmt.Sprintf("%s fits %d of %d variants", at, len(fitting), len(variants)))
	}
	for _, v := range fitting[:min(1, len(fitting))] {
		l.read(v, value, at, depth+1)
	}
}
