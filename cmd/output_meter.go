package cmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/term"
)

const redraw = 100 * time.Millisecond

// meter shows on a terminal how many bytes have passed. Nil shows nothing.
type meter struct {
	streams *term.Streams
	now     func() time.Time
	total   int64 // -1 where nobody knows
	passed  int64
	drawn   time.Time
	width   int // of the line on the screen
}

// meter begins to count where a person watches stderr. passed bytes are there
// already; total counts them too.
func (o *callOptions) meter(passed, total int64) *meter {
	if !o.app.Streams.ErrTTY || o.json {
		return nil
	}
	return &meter{streams: o.app.Streams, now: o.app.Now, passed: passed, total: total, drawn: o.app.Now()}
}

// metered is a reader that the meter watches; done takes its line away.
type metered struct {
	io.Reader
	meter *meter
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.meter.add(n)
	if err != nil {
		m.meter.done()
	}
	return n, err
}

func (m *meter) add(n int) {
	if m == nil {
		return
	}
	m.passed += int64(n)
	if now := m.now(); now.Sub(m.drawn) >= redraw {
		m.drawn = now
		m.draw()
	}
}

// draw writes the line over the last one. What is quick is over before it.
func (m *meter) draw() {
	line := byteCount(m.passed)
	if m.total >= m.passed && m.total > 0 {
		line = fmt.Sprintf("%s of %s, %d%%", line, byteCount(m.total), m.passed*100/m.total)
		if width := min(widestBar, m.streams.Width-len(line)-4); width > 0 {
			full := int(int64(width) * m.passed / m.total)
			line = fmt.Sprintf("[%s%s] %s", strings.Repeat("=", full), strings.Repeat(" ", width-full), line)
		}
	}
	fmt.Fprint(m.streams.Err, "\r"+line+strings.Repeat(" ", max(0, m.width-len(line))))
	m.width = len(line)
}

// done takes the line away.
func (m *meter) done() {
	if m != nil && m.width > 0 {
		fmt.Fprint(m.streams.Err, "\r\x1b[K")
		m.width = 0
	}
}

// byteCount is a number of bytes for a person.
func byteCount(n int64) string {
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
