package cmd

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/browser"
	"github.com/epilot-cli/epilot/internal/failure"
)

// waiting is the terminal's side of a login in the browser: it counts down,
// takes a pasted token, and asks about a callback that proves nothing.
type waiting struct {
	app      *App
	login    *browser.Login
	terminal *masked // nil: nobody to ask
	ends     time.Time
	offer    *browser.Offer // what the next line answers
	width    int            // of the line that counts down
}

func (w *waiting) run(ctx context.Context) (account, error) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	var lines <-chan string
	if w.terminal != nil {
		defer w.terminal.restore()
		lines = w.terminal.lines()
	} else {
		w.app.say("waiting up to %s for the browser…", loginPatience)
	}
	defer w.endLine()
	w.count()
	for {
		select {
		case got := <-w.login.Accounts:
			return handedOver(got), nil
		case offer := <-w.login.Offers:
			w.ask(offer)
		case line, ok := <-lines:
			if !ok {
				lines = nil
			} else if got, done := w.typed(line); done {
				return got, nil
			}
		case <-ticker.C:
			w.count()
		case <-ctx.Done():
			return account{}, context.Cause(ctx)
		}
	}
}

// typed takes a line: the answer to an offer, or else a pasted token.
func (w *waiting) typed(line string) (account, bool) {
	w.endLine()
	switch {
	case w.offer != nil:
		w.decide(line)
		return account{}, false
	case strings.TrimSpace(line) == "":
		w.again()
		return account{}, false
	}
	got, err := pasted(line)
	if err != nil {
		failed := failure.Of(err)
		w.app.say("%s; %s", failed.Message, failed.Hint)
		w.again()
	}
	return got, err == nil
}

// decide answers the offer. After a yes no line is wanted any more: the account
// is on its way.
func (w *waiting) decide(line string) {
	taken := slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(line)))
	w.offer.Answer(taken)
	w.offer = nil
	if !taken {
		w.app.say("refused; the login still waits")
		w.again()
	}
}

// again waits for another line.
func (w *waiting) again() {
	w.terminal.more()
	w.count()
}

// ask puts a callback without a state to the person: another program of this
// machine may have sent it.
func (w *waiting) ask(offer browser.Offer) {
	w.endLine()
	w.offer = &offer
	w.app.say("a callback brings a token of %s, but no proof that it belongs to this login", ownerOf(offer.Account))
	fmt.Fprint(w.app.Streams.Err, "Take it only if that is you. Type yes (it is not shown) or press Enter to refuse: ")
	w.width = 1
}

// ownerOf names an account, as far as it can be put on a line.
func ownerOf(from browser.Account) string {
	const most = 80
	name := strconv.Quote(shorten(from.Name, most))
	if from.Name == "" {
		name = "an account without a name"
	}
	if claims, err := auth.Parse(from.Token); err == nil && claims.OrgID != "" {
		return name + " of organization " + strconv.Quote(shorten(claims.OrgID, most))
	}
	return name
}

func shorten(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return string(letters[:most-1]) + "…"
}

// count shows how much time is left, where a terminal can show it in one place.
func (w *waiting) count() {
	if w.terminal == nil || w.offer != nil || w.app.Getenv("TERM") == "dumb" {
		return
	}
	left := max(0, w.ends.Sub(w.app.Now()).Round(time.Second))
	line := fmt.Sprintf("waiting %d:%02d for the browser, or paste a token and press Enter: ", int(left.Minutes()), int(left.Seconds())%60)
	fmt.Fprint(w.app.Streams.Err, "\r"+line)
	w.width = len(line)
}

// endLine leaves the line that counts down.
func (w *waiting) endLine() {
	if w.width > 0 {
		fmt.Fprintln(w.app.Streams.Err)
	}
	w.width = 0
}
