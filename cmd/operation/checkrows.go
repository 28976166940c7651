package operation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// checkedRows is the result of the first pass over the rows.
type checkedRows struct {
	total, wrong int // total is -1 for a pipe, which is not read twice
	first        []*client.Call
	kept         bulk.Kept
	digest       string
}

const mostTold = 10 // reported wrong rows without --dry-run

// checkRows prepares the call of every row without sending it.
func (k *call) checkRows(ctx context.Context, plan *bulk.Plan, from *rows) (*checkedRows, error) {
	hash := sha256.New()
	reader, err := from.open(hash)
	if err != nil {
		return nil, err
	}
	progress := k.f.Out.Tally(-1, "checked", false)
	defer progress.Done()
	check := bulk.Check
	if from.file == nil {
		check = bulk.CheckAsRead
	}
	c := &checkedRows{}
	prepare := func(row *bulk.Row) (*client.Call, error) { return k.prepare(ctx, plan, row) }
	for checked, err := range check(reader.Rows(), prepare) {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		c.total++
		err := checked.Err
		if err != nil && !isOfRow(err) {
			return nil, err
		}
		switch {
		case err != nil:
			if c.wrong++; c.wrong <= mostTold || k.client.Unsent {
				k.f.Out.Warn(fmt.Sprintf("%s, %s: %v", from.name, checked.Row.At(), err))
			}
		case len(c.first) < shownFirst:
			c.first = append(c.first, checked.Call)
		}
		if err == nil && !k.client.Unsent {
			c.kept.Add(checked.Row, checked.Call)
		}
		progress.Show(c.total, c.wrong)
	}
	progress.Done()
	c.digest = "sha256:" + hex.EncodeToString(hash.Sum(nil))
	return c, k.judge(from, c)
}

// judge returns an error if any row is wrong or there are no rows.
func (k *call) judge(from *rows, c *checkedRows) error {
	switch {
	case c.total == 0:
		return failure.New(failure.Usage, "%s has no rows", from.name)
	case c.wrong == 0 || k.client.Unsent:
		return nil
	}
	err := failure.New(failure.Usage, "invalid rows: %d of %d; nothing was sent", c.wrong, c.total)
	if c.wrong > mostTold {
		return err.Hintf("--dry-run lists every invalid row")
	}
	return err.Hintf("correct the rows, or see the requests with --dry-run")
}

// isOfRow reports whether an error concerns only one row, so that the check can
// continue.
func isOfRow(err error) bool {
	kind := failure.Of(err).Kind
	return kind == failure.Usage || kind == failure.Query
}

// showFirst prints the first requests instead of running them.
func (k *call) showFirst(ctx context.Context, c *checkedRows) error {
	for i, prepared := range c.first {
		if i > 0 && !k.f.Flags.JSON {
			if err := k.f.Out.Text("\n"); err != nil {
				return err
			}
		}
		if err := k.printRequest(ctx, prepared); err != nil {
			return err
		}
	}
	k.f.Out.Note("rows: %d, invalid: %d; nothing was sent", c.total, c.wrong)
	if c.wrong > 0 {
		return failure.New(failure.Usage, "invalid rows: %d of %d", c.wrong, c.total)
	}
	return nil
}

// confirmRows asks once before a destructive run.
func (k *call) confirmRows(ctx context.Context, c *checkedRows) error {
	if k.flags.Yes || !k.isDestructive() {
		return nil
	}
	if !k.f.MayAsk() || c.total < 0 {
		return failure.New(failure.Usage, "%s is destructive, so it needs --yes", k.op.ID).
			Hintf("add --yes to send it, or --dry-run to see the first requests")
	}
	for _, prepared := range c.first {
		req, err := prepared.Request(ctx)
		if err != nil {
			return err
		}
		k.f.Out.Note("%s %s", req.Method, k.client.Redactor().URL(req.URL))
	}
	if more := c.total - len(c.first); more > 0 {
		k.f.Out.Note("and %d more", more)
	}
	q := prompt.Question{Text: k.undone("Send "+failure.Count(c.total, "request")+"?", c.first...)}
	return k.f.Confirm(ctx, q, "cancelled: nothing was sent")
}
