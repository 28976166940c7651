package prompt

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/epilot-cli/epilot/internal/failure"
)

// editor is the person's own.
type editor struct {
	words []string
	in    io.Reader
	out   io.Writer
}

// Edit writes the text to a file of the user alone, and removes it after.
func (e editor) Edit(ctx context.Context, name, text string) (string, error) {
	if len(e.words) == 0 {
		return "", failure.New(failure.Usage, "there is no editor").
			Hintf("name one in EDITOR, or give the body with -d")
	}
	file, err := os.CreateTemp("", "epilot-*-"+name)
	if err != nil {
		return "", failure.New(failure.File, "the text to edit cannot be stored: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", failure.New(failure.File, "the text to edit cannot be stored: %w", err)
	}
	if err := e.run(ctx, file.Name()); err != nil {
		return "", err
	}
	edited, err := os.ReadFile(file.Name())
	if err != nil {
		return "", failure.New(failure.File, "the edited text cannot be read: %w", err)
	}
	return string(edited), nil
}

// run gives the editor the terminal: stdout may be a pipe of the shell's.
func (e editor) run(ctx context.Context, file string) error {
	cmd := exec.CommandContext(ctx, e.words[0], append(e.words[1:len(e.words):len(e.words)], file)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.in, e.out, e.out
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return interrupted(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return failure.New(failure.Usage, "the editor %q is not there", e.words[0]).
			Hintf("name another in EDITOR, or with \"epilot config set editor\"")
	}
	return failure.New(failure.File, "the editor %q failed: %w", e.words[0], err).
		Hintf("nothing was sent; what was edited is gone")
}
