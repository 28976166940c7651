package prompt

import "golang.org/x/sys/windows"

// hide turns echo off and makes the console return single keys.
func hide(file int) error {
	var modes uint32
	if err := windows.GetConsoleMode(windows.Handle(file), &modes); err != nil {
		return err
	}
	modes &^= windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT
	modes |= windows.ENABLE_PROCESSED_INPUT
	return windows.SetConsoleMode(windows.Handle(file), modes)
}

// watchStops does nothing: on Windows a program cannot be stopped from the keyboard.
func (h *Hidden) watchStops() (end func()) { return func() {} }
