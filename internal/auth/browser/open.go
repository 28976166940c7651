package browser

import (
	"errors"
	"os/exec"
	"strings"

	"github.com/epilot-cli/epilot/internal/shell"
)

// Desktop describes the user's desktop.
type Desktop struct {
	OS     string // a GOOS value
	Getenv func(string) string
}

var errNoDisplay = errors.New("no display")

// Open starts the browser with the address: the first program of BROWSER that
// starts, or else the desktop's default. It does not wait for the browser to exit.
func (d Desktop) Open(address string) error {
	commands, err := d.commands(address)
	if err != nil {
		return err
	}
	for _, args := range commands {
		cmd := exec.Command(args[0], args[1:]...)
		if err = cmd.Start(); err == nil {
			go func() { _ = cmd.Wait() }() // reap the process
			return nil
		}
	}
	return err
}

// commands returns the commands to try in order. BROWSER is parsed like in xdg-open
// and Python's webbrowser: a list of commands separated by colons (semicolons on
// Windows), each quoted as in a shell. %s is replaced by the address, which is
// otherwise appended; a command without %s can be a path with spaces.
func (d Desktop) commands(address string) ([][]string, error) {
	separator := ":"
	if d.OS == "windows" {
		separator = ";"
	}
	var commands [][]string
	for entry := range strings.SplitSeq(d.Getenv("BROWSER"), separator) {
		entry = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(entry), "&"))
		if entry == "" {
			continue
		}
		args, err := shell.Command("BROWSER", entry)
		if _, found := exec.LookPath(entry); found == nil && !strings.Contains(entry, "%s") {
			args, err = []string{entry}, nil
		}
		if err != nil {
			return nil, err
		}
		commands = append(commands, withAddress(args, address))
	}
	if len(commands) > 0 {
		return commands, nil
	}
	args, err := d.desktop(address)
	return [][]string{args}, err
}

// desktop returns the desktop's default command.
func (d Desktop) desktop(address string) ([]string, error) {
	switch d.OS {
	case "darwin":
		return []string{"open", address}, nil
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", address}, nil
	}
	// Without a display, xdg-open would start a browser inside the terminal.
	if d.Getenv("DISPLAY") == "" && d.Getenv("WAYLAND_DISPLAY") == "" && d.Getenv("WSL_DISTRO_NAME") == "" {
		return nil, errNoDisplay
	}
	return []string{"xdg-open", address}, nil
}

func withAddress(argv []string, address string) []string {
	placed := false
	for i, word := range argv {
		if strings.Contains(word, "%s") {
			argv[i], placed = strings.ReplaceAll(word, "%s", address), true
		}
	}
	if placed {
		return argv
	}
	return append(argv, address)
}
