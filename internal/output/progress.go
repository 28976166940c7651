package output

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

const (
	spinnerDelay = 300 * time.Millisecond // of a wait that shows nothing
	redraw       = 100 * time.Millisecond
	widestBar    = 40 // cells
)

// statusLine is the one line on stderr that is drawn over: what the program
// waits for, or how far it is. Its zero value shows nothing. It is safe for
// concurrent use, and gone before anything else is printed.
type statusLine struct {
	mutex sync.Mutex
	out   io.Writer     // where the line stands; nil when there is none
	width int           // of what is drawn, in cells
	stop  chan struct{} // ends the spinner; nil without one
	text  func() string // of the spinner
}

// isLive reports whether a line may be drawn over: on a terminal that a person
// watches.
func (p *Printer) isLive() bool {
	return p.Streams.ErrTTY && !p.Flags.JSON && !p.Flags.Quiet && p.lookup("TERM") != "dumb"
}

// wait shows a spinner and a text once the wait is longer than the patience.
func (s *statusLine) wait(p *Printer, text string) {
	s.spin(p, spinnerDelay, func() string { return text })
}

// spin shows a spinner and a text that changes, after a time.
func (s *statusLine) spin(p *Printer, after time.Duration, text func() string) {
	if !p.isLive() {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.text = text
	if s.stop != nil {
		return // the spinner is there and takes the new text
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

// show draws a line in place of the spinner or of the line before.
func (s *statusLine) show(p *Printer, line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.endSpinner()
	s.out = p.Streams.Err
	s.draw(line, p.Streams.ErrWidth)
}

// draw writes the line over the last one. A line that is as wide as the terminal
// would move the cursor to the next.
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

// clear takes the line away.
func (s *statusLine) clear() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.endSpinner()
	if s.width > 0 {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.width = 0
	}
}

// Retrying tells that a request is sent again: on the status line, with -v in a
// line of its own. It fits transport.Retry.Report.
func (p *Printer) Retrying(r transport.Repeat) {
	why := StatusText(r.Status)
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

// Waiting shows how long a condition is waited for, and its latest value.
func (p *Printer) Waiting(condition, value string, since time.Time, limit time.Duration) {
	p.status.spin(p, 0, func() string {
		passed := p.now().Sub(since).Round(time.Second).String()
		if limit > 0 {
			passed += " of " + limit.String()
		}
		return fmt.Sprintf("%s, until %s: %s", passed, condition, value)
	})
}

// Pages shows how far --all is, unless the items themselves go to the screen.
// total is how many items there are, -1 where that is unknown.
func (p *Printer) Pages(items, total, pages int) {
	if !p.isLive() || p.Streams.OutTTY {
		return
	}
	count := fmt.Sprintf("%d items", items)
	if total > items {
		count = fmt.Sprintf("%d of %d items", items, total)
	}
	p.status.show(p, fmt.Sprintf("%s, %d pages", count, pages))
}

// Tally shows how far a run of many calls is. Nil shows nothing. It is not safe
// for several goroutines at once.
type Tally struct {
	p         *Printer
	total     int // -1 where it is unknown
	doing     string
	began     time.Time
	lastDrawn time.Time
}

// Tally begins to count rows, unless their results go to the screen. total is -1
// where it is unknown; doing is what is done, such as "checked".
func (p *Printer) Tally(total int, doing string) *Tally {
	if !p.isLive() || p.Streams.OutTTY {
		return nil
	}
	return &Tally{p: p, total: total, doing: doing, began: p.now()}
}

// Show draws the line, with the rate and the time left, at most so often that it
// can be read.
func (t *Tally) Show(done, failed int) {
	if t == nil {
		return
	}
	now := t.p.now()
	if now.Sub(t.lastDrawn) < redraw {
		return
	}
	t.lastDrawn = now
	line := fmt.Sprintf("%d rows %s", done, t.doing)
	if t.total >= 0 {
		line = fmt.Sprintf("%d of %d rows %s", done, t.total, t.doing)
	}
	if took := now.Sub(t.began); took >= time.Second && done > 0 {
		line += fmt.Sprintf(", %.0f/s", float64(done)/took.Seconds())
		if left := t.total - done; left > 0 {
			line += fmt.Sprintf(", %s left", (took * time.Duration(left) / time.Duration(done)).Round(time.Second))
		}
	}
	if failed > 0 {
		line += fmt.Sprintf(", %d failed", failed)
	}
	t.p.status.show(t.p, line)
}

// Done takes the line away.
func (t *Tally) Done() {
	if t != nil {
		t.p.status.clear()
	}
}

// Progress shows how much of something is done, of bytes or of steps. Nil shows
// nothing. It is not safe for several goroutines at once.
type Progress struct {
	p           *Printer
	done, total int64 // total is -1 where it is unknown
	what        string
	steps       bool
	had         int64     // of the bytes that are done, what was there before
	began       time.Time // of the bytes
	lastDrawn   time.Time
}

// Bytes begins to count bytes, of which some are done already. total counts all
// of them, -1 where that is unknown.
func (p *Printer) Bytes(done, total int64) *Progress {
	if !p.isLive() {
		return nil
	}
	return &Progress{p: p, done: done, total: total, had: done, began: p.now(), lastDrawn: p.now()}
}

// Steps begins to count steps and shows at once how many there are. what names
// them, such as "definitions".
func (p *Printer) Steps(total int, what string) *Progress {
	if !p.isLive() {
		return nil
	}
	progress := &Progress{p: p, total: int64(total), what: what, steps: true}
	progress.draw()
	return progress
}

// Add counts n more.
func (g *Progress) Add(n int64) {
	if g == nil {
		return
	}
	g.done += n
	if now := g.p.now(); g.steps || now.Sub(g.lastDrawn) >= redraw {
		g.lastDrawn = now
		g.draw()
	}
}

// Done takes the line away.
func (g *Progress) Done() {
	if g != nil {
		g.p.status.clear()
	}
}

// Reader counts the bytes that are read, and is done at their end.
func (g *Progress) Reader(r io.Reader) io.Reader {
	if g == nil {
		return r
	}
	return counted{r, g}
}

type counted struct {
	io.Reader
	progress *Progress
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.progress.Add(int64(n))
	if err != nil {
		c.progress.Done()
	}
	return n, err
}

// draw shows a bar where the total is known and the terminal has room for it.
func (g *Progress) draw() {
	known := g.total > 0 && g.done <= g.total
	line := FormatBytes(g.done)
	switch {
	case g.steps:
		line = fmt.Sprintf("%d/%d %s", g.done, g.total, g.what)
	case known:
		line = fmt.Sprintf("%s of %s, %d%%", line, FormatBytes(g.total), g.done*100/g.total)
	}
	line += g.pace()
	if width := min(widestBar, g.p.Streams.ErrWidth-term.Width(line)-4); known && width > 0 {
		full := int(int64(width) * g.done / g.total)
		line = fmt.Sprintf("[%s%s] %s", strings.Repeat("=", full), strings.Repeat(" ", width-full), line)
	}
	g.p.status.show(g.p, line)
}

// pace is the rate since the beginning and the time that the rest takes at it:
// ", 2.1 MB/s, 40s left". It is "" in the first second, when it says nothing.
func (g *Progress) pace() string {
	passed := g.p.now().Sub(g.began)
	if g.steps || passed < time.Second || g.done <= g.had {
		return ""
	}
	rate := float64(g.done-g.had) / passed.Seconds()
	text := ", " + FormatBytes(int64(rate)) + "/s"
	if left := time.Duration(float64(g.total-g.done) / rate * float64(time.Second)).Round(time.Second); g.total > g.done {
		text += ", " + left.String() + " left"
	}
	return text
}

// FormatBytes is a number of bytes for a person.
func FormatBytes(n int64) string {
	size, unit := float64(n), ""
	for _, unit = range []string{"bytes", "kB", "MB", "GB", "TB"} {
		if size < 1000 || unit == "TB" {
			break
		}
		size /= 1000
	}
	if unit == "bytes" {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}

// watched is the body with its progress where it goes into a file.
func (e *exchange) watched(resp *http.Response) io.Reader {
	if !e.toFile() {
		return resp.Body
	}
	had, total := e.file.draft.Size(), resp.ContentLength
	if total >= 0 {
		total += had
	}
	return e.p.Bytes(had, total).Reader(resp.Body)
}
