package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

// plain asks with lines alone: nothing on the screen is ever taken back.
type plain struct {
	editor
	lines *keyboard
	out   io.Writer
}

func (p *plain) Input(ctx context.Context, q Question) (string, error) {
	return p.answer(ctx, q, p.line)
}

func (p *plain) Password(ctx context.Context, q Question) (string, error) {
	q.Default = ""
	h, err := openHidden(p.lines, nil) // before the question: who sees it types
	if err != nil {
		return "", err
	}
	defer h.Close()
	return p.answer(ctx, q, func(ctx context.Context) (string, error) {
		defer p.say("")
		return h.Line(ctx)
	})
}

func (p *plain) Confirm(ctx context.Context, q Question) (bool, error) {
	answer, err := p.answer(ctx, asYesNo(q), p.line)
	return isYes(answer), err
}

func (p *plain) Select(ctx context.Context, q Question) (int, error) {
	q = p.numbered(q)
	if len(q.Chosen) > 0 {
		q.Default = strconv.Itoa(q.Chosen[0] + 1)
	}
	q.Text += ", its number"
	q.Check = func(answer string) error {
		_, err := number(answer, len(q.Options))
		return err
	}
	answer, err := p.answer(ctx, q, p.line)
	if err != nil {
		return 0, err
	}
	return number(answer, len(q.Options))
}

func (p *plain) MultiSelect(ctx context.Context, q Question) ([]int, error) {
	q = p.numbered(q)
	var chosen []string
	for _, i := range q.Chosen {
		chosen = append(chosen, strconv.Itoa(i+1))
	}
	q.Default = strings.Join(chosen, " ")
	q.Text += ", their numbers with spaces between, or 0 for none"
	q.Check = func(answer string) error {
		_, err := numbers(answer, len(q.Options))
		return err
	}
	answer, err := p.answer(ctx, q, p.line)
	if err != nil {
		return nil, err
	}
	return numbers(answer, len(q.Options))
}

// numbered lists the options.
func (p *plain) numbered(q Question) Question {
	p.say(q.Text + ":")
	for i, o := range q.Options {
		p.say(strings.TrimSpace(fmt.Sprintf("%d. %s  %s", i+1, squeeze(o.Label), o.Note)))
	}
	return q
}

// answer asks until the answer fits.
func (p *plain) answer(ctx context.Context, q Question, read func(context.Context) (string, error)) (string, error) {
	if q.Help != "" {
		p.say(q.Help)
	}
	asked := q.Text
	if q.Default != "" && !q.quiet {
		asked += " [" + q.Default + "]"
	}
	for {
		_, _ = io.WriteString(p.out, term.Line(asked)+": ")
		text, err := read(ctx)
		if err != nil {
			return "", err
		}
		if text == "" {
			text = q.Default
		}
		if q.Check == nil {
			return text, nil
		}
		fault := q.Check(text)
		if fault == nil {
			return text, nil
		}
		p.say("not accepted: " + fault.Error())
	}
}

func (p *plain) say(text string) { _, _ = fmt.Fprintln(p.out, term.Line(text)) }

// longestLine is what a terminal in line mode takes, in bytes: macOS drops the
// rest of a line of more than 1,023, Linux of more than 4,095.
var longestLine = map[bool]int{true: 1023, false: 4095}[runtime.GOOS == "darwin"]

// line reads one line as the terminal edits it.
func (p *plain) line(ctx context.Context) (string, error) {
	p.lines.ctx = ctx
	for {
		text, rest, whole := strings.Cut(string(p.lines.pending), "\n")
		if whole {
			p.lines.pending = []byte(rest)
			if len(text) >= longestLine {
				return "", failure.New(failure.Usage, "the terminal cuts a line of more than %d bytes", longestLine).
					Hintf("give the value with a flag or on stdin")
			}
			return term.Safe(strings.TrimSuffix(text, "\r")), nil
		}
		if err := p.lines.fill(); err != nil {
			p.say("")
			return "", p.failed(ctx, err)
		}
	}
}

func (p *plain) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return interrupted(ctx)
	}
	return failure.New(failure.File, "the terminal cannot be asked: %w", err)
}

// number reads the number of an option and returns its index.
func number(text string, count int) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 || n > count {
		return 0, fmt.Errorf("type a number from 1 to %d", count)
	}
	return n - 1, nil
}

func numbers(text string, count int) ([]int, error) {
	ticked := make([]bool, count)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		if word == "0" {
			continue
		}
		i, err := number(word, count)
		if err != nil {
			return nil, err
		}
		ticked[i] = true
	}
	var all []int
	for i, on := range ticked {
		if on {
			all = append(all, i)
		}
	}
	return all, nil
}
