package upgrade

import "os/exec"

// Background starts a program that outlives this one and has no terminal, in a
// folder, and does not wait for it.
func Background(program, folder string, environ []string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = folder, environ, detached()
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
