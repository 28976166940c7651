package bulk

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/transport"
)

// call makes the call for a row.
func (r *Run) call(ctx context.Context, row *Row) *Result {
	result := &Result{Row: row, Err: row.Err}
	if row.Err != nil {
		return result
	}
	call, err := r.Prepare(ctx, row)
	if err != nil {
		result.Err = err
		return result
	}
	begun := r.Pace.Now()
	for try := 1; ; try++ {
		resp, err := r.Send(ctx, call)
		if err != nil {
			result.Err, result.Unsure = err, !errors.Is(err, errHeld) && !transport.Refused(nil, err)
			break
		}
		again := try < mostTries && (call.Body == nil || !call.Body.Once) && transport.DidNothing(resp) && r.Pace.ended() == nil
		if again {
			_ = resp.Body.Close()
			continue
		}
		r.finish(ctx, result, resp)
		break
	}
	result.Took = r.Pace.Now().Sub(begun)
	return result
}

// finish reads the response.
func (r *Run) finish(ctx context.Context, result *Result, resp *http.Response) {
	defer resp.Body.Close()
	result.Status = resp.StatusCode
	text, err := r.text(resp)
	if err != nil {
		result.Err = transport.Classify(err)
		result.Unsure = true
		return
	}
	if result.Body = asJSON(text); resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotModified {
		result.Err = httpx.Refusal("", resp.StatusCode, r.Reason(text))
		result.Unsure = !transport.Refused(resp, nil)
		return
	}
	if r.Program == nil {
		return
	}
	made, err := r.Program.EvalRow(budget.Into(ctx, r.Budget), result.Row.Document(), text)
	if result.Body = made.JSON; err != nil {
		result.Body, result.Err, result.lost = asJSON(text), err, true
	}
}

// text reads a body into memory.
func (r *Run) text(resp *http.Response) ([]byte, error) {
	const small = 1 << 20
	if n := resp.ContentLength; n >= 0 && n <= small {
		text := make([]byte, n)
		_, err := io.ReadFull(resp.Body, text)
		if errors.Is(err, io.EOF) && n > 0 {
			err = io.ErrUnexpectedEOF
		}
		return text, err
	}
	return r.Budget.Meter(failure.Network, "the response").ReadAll(resp.Body)
}

// asJSON returns a body as one line of JSON: compact, or as a string if it is not
// JSON.
func asJSON(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	value := jsontext.Value(text).Clone()
	if value.Compact(jsontext.AllowDuplicateNames(true)) != nil {
		return jsonx.AppendQuote(nil, string(text))
	}
	return value
}
