package openapi

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
)

// checkVersion refuses what is no OpenAPI 3.0 or 3.1 document.
func (t *tree) checkVersion() error {
	version := t.member("openapi")
	switch {
	case strings.HasPrefix(version, "3.0") || strings.HasPrefix(version, "3.1"):
		t.siblings = strings.HasPrefix(version, "3.1")
		return nil
	case version != "":
		return t.errorf("/openapi", "OpenAPI %q cannot be read", version).Hintf("OpenAPI 3.0 and 3.1 can")
	case t.member("swagger") != "":
		return t.errorf("/swagger", "this is a Swagger %s document", t.member("swagger")).
			Hintf("only OpenAPI 3.0 and 3.1 can be read: convert it first")
	}
	return t.errorf("", `this is no OpenAPI document: it has no member "openapi"`)
}

// member returns a string or number at the top of the document, or "".
func (t *tree) member(name string) string {
	n := t.root.child(name)
	if n == nil {
		return ""
	}
	return newReader(n.raw, "", t).word()
}

func (t *tree) errorf(at jsontext.Pointer, format string, args ...any) *failure.Error {
	return atPlace(t.where(at), failure.New(failure.Usage, format, args...))
}
