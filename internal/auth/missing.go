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
	if in.ProfileToken.Value != "" && in.ProfileToken.expired(in.Now) {
		message += expiry(Token{Source: FromProfile, Profile: in.Profile}, in.ProfileToken, in.Now)
	}
	file, err := in.credentials()
	if err != nil {
		return err
	}
	if file.Value != "" && file.expired(in.Now) {
		message += expiry(Token{Source: FromFile}, file, in.Now)
	}
	return failure.New(failure.Credentials, "%s", message).
		Hintf("give one with --token or EPILOT_TOKEN, or call the local emulator with --server mock")
}

func expiry(t Token, s Stored, now time.Time) string {
	return fmt.Sprintf("; the token of %s expired %s ago", t, words(now.Sub(s.ExpiresAt)))
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
