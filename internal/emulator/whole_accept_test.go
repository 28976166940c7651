package emulator_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestEverySampleRequestIsAccepted sends every operation its sample request with
// required values only, with a body, and with everything, and validates the
// response against the definition: status, media type and body.
func TestEverySampleRequestIsAccepted(t *testing.T) {
	t.Parallel()
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		for _, request := range []*sent{s.bare(), s.least(), s.full()} {
			if request.body == "" && s.op.ID == "createAccessToken" {
				continue // the definition makes the body optional, but requires its name
			}
			got := request.send(t, request)
			if wrong := misfit(s.op, got); wrong != "" {
				t.Errorf("%s\n\t%s: %d %s %s", request, wrong, got.status, got.header.Get("Content-Type"), got.body)
			}
		}
	})
}

// misfit returns how a response differs from the definition, or "".
func misfit(op *openapi.Operation, got reply) string {
	success := op.Success()
	if success == nil {
		if got.status >= 200 && got.status < 400 {
			return ""
		}
		return "no success"
	}
	if got.status != documentedStatus(success) {
		return "the status is not the documented " + success.Status
	}
	mediaType := got.header.Get("Content-Type")
	if len(success.Contents) == 0 {
		if op.ID == "exportEntities" || op.ID == "importEntities" { // documented in words
			return ""
		}
		if got.body != "" || mediaType != "" {
			return "no body is documented"
		}
		return ""
	}
	for _, content := range success.Contents {
		if content.MediaType == mediaType {
			return misfitBody(content, got.body)
		}
	}
	return "the media type is not documented"
}

func documentedStatus(r *openapi.Response) int {
	status, err := strconv.Atoi(r.Status)
	if err != nil {
		return http.StatusOK
	}
	return status
}

func misfitBody(content *openapi.Content, body string) string {
	if !httpx.IsJSON(content.MediaType) {
		return ""
	}
	value, err := schema.Decode([]byte(body))
	if err != nil {
		return err.Error()
	}
	if content.Schema == nil {
		return ""
	}
	faults := slices.DeleteFunc(schema.Check(content.Schema, value, schema.Response), func(fault schema.Fault) bool {
		return fault.Pointer == "/_id" && strings.Contains(fault.String(), "is not a property here") // closed by another part of the definition
	})
	if len(faults) > 0 {
		return faults[0].String()
	}
	return ""
}

// TestEveryOperationWantsItsTokenAndMethod omits the token, and sends a method
// that no operation has.
func TestEveryOperationWantsItsTokenAndMethod(t *testing.T) {
	t.Parallel()
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		request := s.least()
		request.anonymous = true
		if got := request.send(t, request); s.op.Security == openapi.Required {
			if got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s\n\twithout a token: %d %s", request, got.status, got.body)
			}
		} else if got.status == http.StatusUnauthorized {
			t.Errorf("%s\n\tneeds no token: %s", request, got.body)
		}
		request.other = http.MethodTrace
		got := request.send(t, request)
		if got.status != http.StatusMethodNotAllowed || !strings.Contains(got.header.Get("Allow"), s.op.Method) {
			t.Errorf("%s\n\tother method: %d, allow %q", request, got.status, got.header.Get("Allow"))
		}
	})
}
