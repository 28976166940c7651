package acceptance

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// mock NAME [FLAG…] runs "epilot mock" with the flags until the script ends, and
// sets $NAME to its base URL. Its output goes to the file NAME.log. It must exit
// with status 0 on an interrupt.
func mock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: mock NAME [FLAG…]")
	}
	run := exec.Command("epilot", append([]string{"mock", "--port", "0"}, args[1:]...)...)
	run.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "PATH", "NO_PROXY", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "EPILOT_CREDENTIAL_STORE", "GORACE"} {
		run.Env = append(run.Env, name+"="+ts.Getenv(name))
	}
	path := ts.MkAbs(args[0] + ".log")
	log, err := os.Create(path)
	ts.Check(err)
	run.Stderr = log // not a pipe: output precedes the response
	ts.Check(run.Start())
	done := make(chan struct{})
	go func() { _ = run.Wait(); close(done) }() // its state tells how it ended
	ts.Defer(func() { stopMock(ts, run, done) })
	ts.Setenv(args[0], addressIn(ts, path, done))
}

// addressIn waits for the line with the address, or for the end of the process. A
// mock with a changed message must not hang the suite.
func addressIn(ts *testscript.TestScript, path string, done <-chan struct{}) string {
	at := regexp.MustCompile(`listens on (http://[\w.:\[\]]+) `)
	late := time.After(time.Minute)
	for {
		text, err := os.ReadFile(path)
		ts.Check(err)
		if found := at.FindSubmatch(text); found != nil {
			return string(found[1])
		}
		select {
		case <-done:
			ts.Fatalf("epilot mock has ended: %s", text)
		case <-late:
			ts.Fatalf("epilot mock has not named its address: %s", text)
		case <-time.After(time.Millisecond):
		}
	}
}

func stopMock(ts *testscript.TestScript, run *exec.Cmd, done <-chan struct{}) {
	if runtime.GOOS == "windows" {
		_ = run.Process.Kill() // Windows cannot interrupt another process
		return
	}
	_ = run.Process.Signal(os.Interrupt)
	<-done
	if !run.ProcessState.Success() {
		ts.Value("test").(watched).Errorf("epilot mock ends with %v", run.ProcessState)
	}
}
