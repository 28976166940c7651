package operation

import (
	"context"
	"encoding/json"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/shell"
)

// printSkeleton writes a body that the operation takes: that of its example, or
// one with every property. Nothing is sent.
func (c *Command) printSkeleton(api *openapi.API, op *openapi.Operation) error {
	kind := c.flags.Print.Skeleton
	if kind != cmdutil.MinimalSkeleton && kind != cmdutil.FullSkeleton {
		return failure.New(failure.Usage, "--skeleton=%s is not known", kind).
			Hintf("--skeleton prints a minimal body, --skeleton=full every property")
	}
	if op.Body == nil {
		return failure.New(failure.Usage, "%s takes no body", op.ID).
			Hintf("\"epilot %s %s --help\" shows what it takes", c.api, shell.Quote(c.id))
	}
	if openapi.JSON(op.Body.Contents) == nil {
		return failure.New(failure.Usage, "%s takes no JSON body", op.ID).
			Hintf("it takes %s, such as: %s", op.Body.Contents[0].MediaType, help.Example(api, op))
	}
	form, err := c.flags.Output.Form(c.f.Flags.JSON)
	if err != nil {
		return err
	}
	body := help.Body(op, kind == cmdutil.FullSkeleton)
	return c.f.Out.Result(context.Background(), json.RawMessage(body), output.ResponseOptions{Operation: op, Form: form})
}
