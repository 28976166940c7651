//go:build unix

package prompt

import (
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// hide turns echo off and makes the terminal return single keys.
func hide(file int) error {
	modes, err := unix.IoctlGetTermios(file, readModes)
	if err != nil {
		return err
	}
	modes.Lflag &^= unix.ECHO | unix.ICANON | unix.IEXTEN
	modes.Lflag |= unix.ISIG
	modes.Iflag |= unix.ICRNL
	modes.Cc[unix.VMIN], modes.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(file, writeModes, modes)
}

// stop stops the process as the caught signal would have done. Go cannot restore the
// default action of that signal, so it sends SIGSTOP. SIGSTOP would also stop a
// process that no shell can continue, so a process without a parent in its session
// is not stopped.
func stop() {
	session, err := unix.Getsid(0)
	above, missing := unix.Getsid(os.Getppid())
	if err == nil && missing == nil && above == session && session != os.Getpid() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) // returns after fg
	}
}

// watchStops restores the shell's terminal on Ctrl-Z, and hides again when the
// program continues: some shells restore no modes.
func (h *Hidden) watchStops() (end func()) {
	signals := make(chan os.Signal, 1)
	done := make(chan struct{})
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	go func() {
		for {
			select {
			case <-done:
				return
			case which := <-signals:
				if which == syscall.SIGCONT {
					h.hideAgain()
					continue
				}
				h.show()
				stop()
				h.hide()
			}
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
	})
}
