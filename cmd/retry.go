package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

const retryMaxWait = "60s"

// retryFlags is what the line says about sending a request again.
type retryFlags struct {
	attempts, maxWait string
	unsafe            bool
}

func (f *retryFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.attempts, "retry", "", "Attempts in all of a call that failed in passing, 1 to 10; 1 for no retry (or EPILOT_RETRY)")
	flags.BoolVar(&f.unsafe, "retry-unsafe", false, "Also repeat what writes: it may then be done twice")
	flags.StringVar(&f.maxWait, "retry-max-wait", "", "Wait at most this long before an attempt, whatever the server asks (default "+retryMaxWait+")")
}

// retryRule is what the flags, the environment and the files say about it.
func (o *callOptions) retryRule(store *profiles.Store) (transport.Retry, error) {
	setting, err := store.Setting("retry", o.retry.attempts)
	if err != nil {
		return transport.Retry{}, err
	}
	attempts, err := strconv.Atoi(setting.Text)
	if err != nil {
		return transport.Retry{}, err
	}
	longest, err := time.ParseDuration(cmp.Or(o.retry.maxWait, retryMaxWait))
	if err != nil || longest < 0 {
		return transport.Retry{}, failure.New(failure.Usage, "--retry-max-wait %q is not a duration", o.retry.maxWait).
			Hintf("give it as in --retry-max-wait 90s or 5m")
	}
	return transport.Retry{
		Attempts: attempts, Unsafe: o.retry.unsafe, MaxWait: longest,
		Sleep: o.app.Sleep, Random: o.app.Jitter, Report: o.repeated,
	}, nil
}

// repeated says with -v that a request is sent once more.
func (o *callOptions) repeated(r transport.Repeat) {
	if !o.verbose {
		return
	}
	why := "answered " + statusLine(r.Status)
	if r.Err != nil {
		why = "failed, " + r.Err.Error()
	}
	line := fmt.Sprintf("retry %d of %d in %.2fs: %s %s %s", r.Attempt, r.Of-1, r.Wait.Seconds(), r.Method, r.URL, why)
	palette := term.NewPalette(o.app.Streams.ErrColor)
	fmt.Fprintln(o.app.Streams.Err, palette.Dim(safeLines(line)))
}

// comeBack adds to an API's refusal when it wants to be asked again.
func (o *callOptions) comeBack(resp *http.Response, err error) error {
	var failed *failure.Error
	if !errors.As(err, &failed) || failed.Kind != failure.API || !transport.Passing(resp.StatusCode) {
		return err
	}
	now := o.app.Now()
	asked, _ := transport.RetryAfter(resp.Header, now)
	if asked == 0 {
		return err
	}
	hint := fmt.Sprintf("the server asks to come back in %s, at %s",
		asked.Round(time.Second), now.Add(asked).Format("2006-01-02 15:04:05 MST"))
	if rule := o.rule; rule.Attempts > 1 && asked > rule.MaxWait && rule.Repeats(resp.Request.Method) {
		hint += "; --retry-max-wait sets how long this program waits for it"
	}
	if failed.Hint != "" {
		hint = failed.Hint + "; " + hint
	}
	return failed.Hintf("%s", hint)
}
