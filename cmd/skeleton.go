package cmd

import (
	"context"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// The values of --skeleton.
const (
	minimalSkeleton = "minimal"
	fullSkeleton    = "full"
)

// printSkeleton writes a body that the operation takes: what it requires, or
// every property. Nothing is sent.
func (o *callOptions) printSkeleton(ctx context.Context) error {
	if o.skeleton != minimalSkeleton && o.skeleton != fullSkeleton {
		return failure.New(failure.Usage, "--skeleton=%s is not known", o.skeleton).
			Hintf("--skeleton prints a minimal body, --skeleton=full every property")
	}
	_, op, err := o.find(ctx)
	if err != nil {
		return err
	}
	if op.Body == nil {
		return failure.New(failure.Usage, "%s takes no body", op.ID).
			Hintf("\"epilot %s %s --help\" shows what it takes", o.api, op.ID)
	}
	content := operation.JSON(op.Body.Contents)
	if content == nil {
		return failure.New(failure.Usage, "%s takes no JSON body", op.ID).
			Hintf("it takes %s", op.Body.Contents[0].MediaType)
	}
	sample := schema.SampleFor(content.Schema, o.skeleton == fullSkeleton, schema.Request)
	form, err := o.outputForm()
	if err != nil {
		return err
	}
	show := &answer{options: o, op: op, form: form}
	return show.copy(&source{reader: bytesReader([]byte(sample))}, document)
}
