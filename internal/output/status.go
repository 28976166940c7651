package output

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

const (
	spinnerDelay = 300 * time.Millisecond // a shorter wait shows nothing
	redraw       = 100 * time.Millisecond
)

// statusLine is the single, redrawn line on stderr: what the program is waiting for
// or how far it is. The zero value shows nothing. It is safe for concurrent use and
// is cleared before anything else is printed.
type statusLine struct {
	mutex sync.Mutex
	out   io.Writer     // nil if there is no line
	width int           // of the drawn line, in cells
	stop  chan struct{} // stops the spinner; nil if there is none
	text  func() string // the spinner's text
}

// isLive reports whether a status line can be drawn: only on a terminal with a user.
func (p *Printer) isLive() bool {
	return p.Streams.ErrTTY && !p.Flags.JSON && !p.Flags.Quiet && p.lookup("TERM") != "dumb"
}

// wait shows a spinner with text after spinnerDelay.
func (s *statusLine) wait(p *Printer, text string) {
	s.spin(p, spinnerDelay, func() string { return text })
}

// spin shows a spinner with changing text after a delay.
func (s *statusLine) spin(p *Printer, after time.Duration, text func() string) {
	if !p.isLive() {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.text = text
	if s.stop != nil {
		return // the running spinner picks up the new text
	}
	s.out, s.stop = p.Streams.Err, make(chan struct{})
	go s.animate(s.stop, after, p.Streams.ErrWidth)
}

func (s *statusLine) animate(stop chan struct{}, after time.Duration, width int) {
	const frames = "|/-\\"
	timer := time.NewTimer(after)
	defer timer.Stop()
	for frame := 0; ; frame++ {
		select {
		case <-stop:
			return
		case <-timer.C:
		}
		s.mutex.Lock()
		if s.stop == stop {
			s.draw(frames[frame%len(frames):frame%len(frames)+1]+" "+s.text(), width)
		}
		s.mutex.Unlock()
		timer.Reset(redraw)
	}
}

// show draws a line in place of the spinner or the previous line.
func (s *statusLine) show(p *Printer, line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.endSpinner()
	s.out = p.Streams.Err
	s.draw(line, p.Streams.ErrWidth)
}

// draw overwrites the previous line. A line as wide as the terminal would move the
// cursor to the next row.
func (s *statusLine) draw(line string, width int) {
	if line = term.Line(line); width > 1 {
		line = term.Cut(line, width-1)
	}
	cells := term.Width(line)
	fmt.Fprint(s.out, "\r"+line+strings.Repeat(" ", max(0, s.width-cells)))
	s.width = cells
}

func (s *statusLine) endSpinner() {
	if s.stop != nil {
		close(s.stop)
		s.stop = nil
	}
}

func (s *statusLine) isVisible() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.width > 0
}

// clear removes the line.
func (s *statusLine) clear() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.endSpinner()
	if s.width > 0 {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.width = 0
	}
}

// Wait shows a spinner with text if a wait takes longer than spinnerDelay. The caller
// ends it with done. If a line is visible already, it stays.
func (p *Printer) Wait(text string) (done func()) {
	if p.status.isVisible() {
		return func() {}
	}
	p.status.wait(p, text)
	return p.status.clear
}

// Retrying reports a retry: on the status line, or on a separate line with -v. It is
// a transport.Retry.Report function.
func (p *Printer) Retrying(r transport.Repeat) {
	why := httpx.StatusText(r.Status)
	if r.Err != nil {
		why = r.Err.Error()
	}
	if p.Flags.Verbose {
		p.status.clear()
		line := fmt.Sprintf("retry %d of %d in %.2fs: %s %s: %s", r.Attempt, r.Of, r.Wait.Seconds(), r.Method, r.URL, why)
		fmt.Fprintln(p.Streams.Err, p.ErrPalette().Dim(term.Line(line)))
		return
	}
	until := p.now().Add(r.Wait)
	p.status.spin(p, 0, func() string {
		if left := until.Sub(p.now()); left > 0 {
			return fmt.Sprintf("%s, retrying in %d s (%d of %d)", why, (left+time.Second-1)/time.Second, r.Attempt, r.Of)
		}
		return fmt.Sprintf("%s, retrying (%d of %d)", why, r.Attempt, r.Of)
	})
}

// Waiting shows a condition's latest value and the time spent waiting for it.
func (p *Printer) Waiting(condition, value string, since time.Time, limit time.Duration) {
	p.status.spin(p, 0, func() string {
		passed := p.now().Sub(since).Round(time.Second).String()
		if limit > 0 {
			passed += " of " + limit.String()
		}
		return fmt.Sprintf("%s, until %s: %s", passed, condition, value)
	})
}

// Pages shows the progress of --all, unless the items go to the screen. total is the
// number of items, -1 if unknown.
func (p *Printer) Pages(items, total, pages int) {
	if !p.isLive() || p.Streams.OutTTY {
		return
	}
	count := failure.Count(items, "item")
	if total > items {
		count = fmt.Sprintf("%d of %d items", items, total)
	}
	p.status.show(p, count+", "+failure.Count(pages, "page"))
}
