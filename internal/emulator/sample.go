package emulator

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// sampleAnswer is what an operation without a service of its own answers: the
// definition's example of its success, or a sample made from the schema.
func sampleAnswer(op *operation.Operation) *answer {
	success := op.Success()
	if success == nil {
		return &answer{status: http.StatusNoContent}
	}
	a := &answer{status: successStatus(op)}
	if a.status == http.StatusNoContent || len(success.Contents) == 0 {
		return a
	}
	if content := operation.JSON(success.Contents); content != nil {
		a.mediaType, a.body = content.MediaType, []byte(sampleText(content))
		return a
	}
	a.mediaType = success.Contents[0].MediaType
	return a
}

// successStatus is the status that the definition gives a success; "2XX" and
// "default" become 200.
func successStatus(op *operation.Operation) int {
	success := op.Success()
	if success == nil {
		return http.StatusOK
	}
	status, err := strconv.Atoi(success.Status)
	if err != nil || status < 200 || status > 299 {
		return http.StatusOK
	}
	return status
}

func sampleText(content *operation.Content) string {
	for _, example := range content.Examples {
		if strings.TrimSpace(example.Value) != "" {
			return example.Value
		}
	}
	if content.Schema == nil {
		return "{}"
	}
	return schema.Sample(content.Schema, true)
}
