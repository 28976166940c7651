package output

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

const narrowestBar, widestBar = 5, 40 // cells

// Tally shows the progress of a run of many calls. A nil Tally shows nothing. It is
// not safe for concurrent use.
type Tally struct {
	p         *Printer
	total     int // -1 if unknown
	doing     string
	began     time.Time
	lastDrawn time.Time
}

// Tally starts counting rows, unless results go to the screen. total is -1 if
// unknown; doing is a participle such as "checked". A spinner stands for the first row.
func (p *Printer) Tally(total int, doing string, results bool) *Tally {
	if !p.isLive() || results && p.Streams.OutTTY {
		return nil
	}
	t := &Tally{p: p, total: total, doing: doing, began: p.now()}
	p.status.wait(p, t.count(0))
	return t
}

func (t *Tally) count(done int) string {
	if t.total >= 0 {
		return fmt.Sprintf("%d of %d rows %s", done, t.total, t.doing)
	}
	return failure.Count(done, "row") + " " + t.doing
}

// Skip removes a row from the total: an earlier run did it, so it takes no time.
func (t *Tally) Skip() {
	if t != nil && t.total > 0 {
		t.total--
	}
}

// Show draws the line with the rate and the time left, no more often than it can be
// read.
func (t *Tally) Show(done, failed int) {
	if t == nil {
		return
	}
	now := t.p.now()
	if now.Sub(t.lastDrawn) < redraw {
		return
	}
	t.lastDrawn = now
	line := t.count(done)
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

// Done clears the line.
func (t *Tally) Done() {
	if t != nil {
		t.p.status.clear()
	}
}

// Progress shows the progress of bytes, files or steps. A nil Progress shows nothing.
// It is safe for concurrent use.
type Progress struct {
	p           *Printer
	mutex       sync.Mutex
	done, total int64 // total is -1 if unknown
	what        string
	steps       bool
	files, sent int       // number of files, and of those that are done; 0 files if not counted
	had         int64     // bytes present at the start
	began       time.Time // when counting bytes began
	lastDrawn   time.Time
}

// Bytes starts counting bytes. done bytes are already present; total includes them
// and is -1 if unknown.
func (p *Printer) Bytes(done, total int64) *Progress {
	if !p.isLive() {
		return nil
	}
	return &Progress{p: p, done: done, total: total, had: done, began: p.now(), lastDrawn: p.now()}
}

// Files starts counting the bytes of an upload of several files.
func (p *Printer) Files(files int, total int64) *Progress {
	progress := p.Bytes(0, total)
	if progress != nil && files > 1 {
		progress.files = files
		progress.draw()
	}
	return progress
}

// Steps starts counting steps and shows their number immediately. what is their
// noun, such as "definitions".
func (p *Printer) Steps(total int, what string) *Progress {
	if !p.isLive() {
		return nil
	}
	progress := &Progress{p: p, total: int64(total), what: what, steps: true}
	progress.draw()
	return progress
}

// Add adds n to the count.
func (g *Progress) Add(n int64) {
	if g == nil {
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.done += n
	if now := g.p.now(); g.steps || now.Sub(g.lastDrawn) >= redraw {
		g.lastDrawn = now
		g.draw()
	}
}

// FileDone counts a file that is finished.
func (g *Progress) FileDone() {
	if g == nil || g.files == 0 {
		return
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.sent++
	g.draw()
}

// Done clears the line.
func (g *Progress) Done() {
	if g != nil {
		g.p.status.clear()
	}
}

// Reader counts the bytes read from r and is done at EOF.
func (g *Progress) Reader(r io.Reader) io.Reader {
	if g == nil {
		return r
	}
	return &counted{Reader: r, progress: g, ends: func() { g.Done() }}
}

// Sender is Reader for a request body: after the last byte, a spinner waits for the
// response. The caller calls Done after it.
func (g *Progress) Sender(r io.Reader) io.Reader {
	if g == nil {
		return r
	}
	return &counted{Reader: r, progress: g, ends: func() {
		if g.files == 0 {
			g.Done()
			g.p.status.wait(g.p, "waiting for the response")
		}
	}}
}

// Again returns a Sender for a file that is sent from its start, and subtracts the
// bytes that the previous one has counted, which is nil for the first attempt.
func (g *Progress) Again(previous, r io.Reader) io.Reader {
	if before, again := previous.(*counted); again {
		g.Add(-before.count)
	}
	return g.Sender(r)
}

type counted struct {
	io.Reader
	progress *Progress
	count    int64
	ends     func() // called for EOF or an error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.count += int64(n)
	c.progress.Add(int64(n))
	if err != nil {
		c.ends()
	}
	return n, err
}

// draw shows a bar if the total is known and the terminal is wide enough, and only
// the share, the rate and the time left if it is narrow.
func (g *Progress) draw() {
	known := g.total > 0 && g.done <= g.total
	line, files := FormatBytes(g.done), ""
	if g.files > 0 {
		files = fmt.Sprintf("%d/%d files, ", g.sent, g.files)
	}
	pace, width := g.pace(), g.p.Streams.ErrWidth
	switch {
	case g.steps:
		line = fmt.Sprintf("%d/%d %s", g.done, g.total, g.what)
	case known:
		share := fmt.Sprintf("%d%%", g.done*100/g.total)
		line = fmt.Sprintf("%s of %s, %s", line, FormatBytes(g.total), share)
		if width > 0 && term.Width(files+line+pace) >= width {
			line = share
		}
	}
	line = files + line + pace
	if cells := min(widestBar, width-term.Width(line)-4); known && cells >= narrowestBar {
		full := int(int64(cells) * g.done / g.total)
		line = fmt.Sprintf("[%s%s] %s", strings.Repeat("=", full), strings.Repeat(" ", cells-full), line)
	}
	g.p.status.show(g.p, line)
}

// pace returns the average rate and the estimated time left, such as ", 2.1 MB/s,
// 40s left". It returns "" in the first second, when the rate is meaningless.
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

// FormatBytes formats a number of bytes for display.
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

// watched returns the body, with progress if it goes to a file.
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
