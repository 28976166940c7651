package browser

import (
	"errors"
	"os/exec"
	"strings"
)

// Desktop is what is known of the person's desktop.
type Desktop struct {
	OS     string // as runtime.GOOS
	Getenv func(string) string
}

var errNoDisplay = errors.New("there is no display")

// Open starts the browser on the address: the one that BROWSER names, in which
// %s stands for the address, else the desktop's own. It does not wait for it.
func (d Desktop) Open(address string) error {
	words, err := d.command(address)
	if err != nil {
		return err
	}
	cmd := exec.Command(words[0], words[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // only so that it does not stay a zombie
	return nil
}

func (d Desktop) command(address string) ([]string, error) {
	if words := strings.Fields(d.Getenv("BROWSER")); len(words) > 0 {
		return withAddress(words, address), nil
	}
	switch d.OS {
	case "darwin":
		return []string{"open", address}, nil
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", address}, nil
	}
	// Without a display xdg-open would start a browser inside of the terminal.
	if d.Getenv("DISPLAY") == "" && d.Getenv("WAYLAND_DISPLAY") == "" && d.Getenv("WSL_DISTRO_NAME") == "" {
		return nil, errNoDisplay
	}
	return []string{"xdg-open", address}, nil
}

func withAddress(words []string, address string) []string {
	placed := false
	for i, word := range words {
		if strings.Contains(word, "%s") {
			words[i], placed = strings.ReplaceAll(word, "%s", address), true
		}
	}
	if placed {
		return words
	}
	return append(words, address)
}
