package upgrade

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// text fetches a small file.
func (f *Feed) text(ctx context.Context, path string, most int64) ([]byte, error) {
	file, err := f.get(ctx, path, most)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// incoming is a file of the feed while it arrives. It gives up where no byte
// comes, and where there are more than there may be. Its errors are ours.
type incoming struct {
	path  string
	size  int64 // -1 where the server does not say
	room  int64 // bytes that may still come
	body  io.ReadCloser
	stall time.Duration
	timer *time.Timer
	ctx   context.Context
	end   context.CancelCauseFunc
}

// get asks for a file below the feed's address.
func (f *Feed) get(ctx context.Context, path string, most int64) (*incoming, error) {
	ctx, end := context.WithCancelCause(ctx)
	in := &incoming{path: path, room: most, stall: f.stall, ctx: ctx, end: end}
	in.timer = time.AfterFunc(f.stall, func() {
		end(failure.New(failure.Network, "the release feed sent nothing of %s for %s", path, f.stall).Hintf("try again later"))
	})
	if err := in.ask(f); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

func (in *incoming) ask(f *Feed) error {
	req, err := http.NewRequestWithContext(in.ctx, http.MethodGet, f.base.JoinPath(in.path).String(), http.NoBody)
	if err != nil {
		return failure.New(failure.Network, "%s of the release feed cannot be asked for: %w", in.path, err)
	}
	// A server that calls the compression of an archive its own would have it
	// undone on the way, and the checksum with it.
	req.Header.Set("Accept-Encoding", "identity")
	answer, err := f.send.RoundTrip(req)
	if err != nil {
		return in.failed(err)
	}
	in.body, in.size = answer.Body, answer.ContentLength
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return failure.New(failure.Network, "the release feed has no %s", in.path).
			Hintf("there may be no such release; \"epilot upgrade --check\" names the latest")
	case answer.StatusCode != http.StatusOK:
		return failure.New(failure.Network, "the release feed answered %d to %s", answer.StatusCode, in.path).
			Hintf("try again later")
	case in.size > in.room:
		return in.tooLong()
	}
	return nil
}

func (in *incoming) Read(p []byte) (int, error) {
	n, err := in.body.Read(p)
	in.timer.Reset(in.stall)
	if in.room -= int64(n); in.room < 0 {
		return 0, in.tooLong()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		failed := failure.Of(in.failed(err))
		err = failure.New(failed.Kind, "%s of the release feed did not come whole: %w", in.path, failed).
			Hintf("nothing was changed; try again")
	}
	return n, err
}

// failed: why we ended a request says more than how it ended.
func (in *incoming) failed(err error) error {
	if cause := (*failure.Error)(nil); errors.As(context.Cause(in.ctx), &cause) {
		return cause
	}
	return transport.Classify(err)
}

func (in *incoming) tooLong() error {
	return untrusted("%s of the release feed is longer than it may be", in.path)
}

func (in *incoming) Close() error {
	in.timer.Stop()
	if in.body != nil {
		_ = in.body.Close() // what was read is what counts
	}
	in.end(nil)
	return nil
}
