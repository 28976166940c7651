package auth

import (
	"fmt"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Missing is the error, of kind Credentials, for a call that needs a token
// where Resolve found none: it names the stored tokens that have expired.
func Missing(in Input) error {
	message := "there is no token for this call"
	for _, h := range in.Holders {
		stored, err := h.read()
		if err != nil {
			return err
		}
		if stored.Value != "" {
			message += fmt.Sprintf("; the token of %s %s", h.Token, Lasting(stored.ends(), in.Now))
		}
	}
	return failure.New(failure.Credentials, "%s", message).
		Hintf("sign in with \"epilot auth login\", give a token with --token or EPILOT_TOKEN, or call a local epilot with --server mock")
}

// Lasting says in words how long a token lasts: "expires in 3 days", "expired 2
// hours ago". A zero time is an expiry that is not known.
func Lasting(ends, now time.Time) string {
	switch {
	case ends.IsZero():
		return "does not say when it expires"
	case now.Before(ends):
		return "expires in " + words(ends.Sub(now))
	}
	return "expired " + words(now.Sub(ends)) + " ago"
}

// words is a duration in its largest whole unit: "3 days".
func words(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return count(d, time.Second, "second")
	case d < time.Hour:
		return count(d, time.Minute, "minute")
	case d < day:
		return count(d, time.Hour, "hour")
	}
	return count(d, day, "day")
}

func count(d, unit time.Duration, name string) string {
	n := d / unit
	if n == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%d %ss", n, name)
}
