//go:build unix

package acceptance

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// day is a user at a shell in a terminal, who types key by key.
type day struct {
	*sitting
	*prompttest.Terminal
}

// prompted is the shell's prompt, with the status of the last command.
const prompted = "[$?] day> "

// TestFirstDay types the first day of a user: the tour of the README, then each
// command that the tour leaves out, from login to logout.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	portal := firstDayPortal(t)
	s := sit(t, "EPILOT_PORTAL_URL="+portal.URL, "PS1="+prompted, "ENV=", "BROWSER=false")
	shell := exec.Command("sh", "-i")
	shell.Env, shell.Dir = s.env, s.dir
	d := &day{s, prompttest.Start(t, shell, 100, 40)}
	d.Wait("[0] day>")
	for _, line := range tourOfReadme(t) {
		d.enter(line, 0)
	}
	d.signIn()
	d.enter("export EPILOT_SERVER=mock", 0)
	d.enter("epilot search create contact", 0, "entity createEntity", "epilot entity createEntity contact")
	d.pick()
	d.fillIn()
	d.enter(`epilot entity searchEntities -d '{"q":"_schema:contact"}' -o table`, 0, "_id  ", "_title", "contact", "Ada")
	d.upload()
	d.enter(`id=$(epilot automation startExecution -d '{"entity_id":"5da0a718-c822-403d-9f5d-20d4584e0528","flow_id":"f1"}' --jsonata id)`, 0)
	d.enter(`epilot automation getExecution "$id" --until 'execution_status in ["pending", "success"]'`, 0, `"execution_status": "`)
	d.enter(`epilot automation getExecution "$id" --until 'execution_status = "failed"' --interval 30s --timeout 10s`, 3, "was not true")
	d.enter("epilot logout", 0, "the token of credentials.json was removed")
	d.enter("epilot whoami", 0, "token         the mock")
	d.enter("unset EPILOT_SERVER", 0)
	d.enter("epilot whoami", 4, "epilot login")
	d.Type("exit\r")
	if status := d.Exit(); status != 4 { // that of whoami
		t.Errorf("the shell ends with %d", status)
	}
}

// begin types a command, key by key. The screen then shows only what follows.
func (d *day) begin(line string) {
	d.t.Helper()
	d.Forget()
	for _, key := range line {
		d.Type(string(key))
	}
	d.Type("\r")
}

// enter runs a command, and checks its status and what the screen shows.
func (d *day) enter(line string, status int, shows ...string) {
	d.t.Helper()
	d.begin(line)
	d.ended(line, status)
	for _, text := range shows {
		if !strings.Contains(d.Text(), text) {
			d.t.Errorf("%s does not show %q:\n%s", line, text, d.Text())
		}
	}
}

// ended waits for the shell's prompt.
func (d *day) ended(line string, status int) {
	d.t.Helper()
	d.Wait("] day>")
	if got := regexp.MustCompile(`\[(\d+)\] day> ?$`).FindStringSubmatch(d.Raw()); got == nil || got[1] != string('0'+rune(status)) {
		d.t.Errorf("%s ends with %q, want %d:\n%s", line, got, status, d.Text())
	}
}

// signIn signs in as the mock's user, at a portal on loopback.
func (d *day) signIn() {
	d.t.Helper()
	const line = "epilot login --no-browser"
	d.begin(line)
	d.Wait("for the browser, or paste a token")
	address := regexp.MustCompile(`(http://127\S+/login\?\S+)`).FindString(d.Raw())
	response, err := http.Get(address)
	if err != nil {
		d.t.Fatal(err)
	}
	response.Body.Close()
	d.ended(line, 0)
	d.enter("epilot whoami", 0, "name          local epilot", "organization  123", "stage         prod")
}

// firstDayPortal signs everybody in with the mock's token.
func firstDayPortal(t *testing.T) *httptest.Server {
	t.Helper()
	folder := t.TempDir()
	if err := giveMockKey(folder); err != nil {
		t.Fatal(err)
	}
	token := exec.Command("epilot", "mock", "token")
	token.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "XDG_STATE_HOME=" + folder}
	text, err := token.Output()
	if err != nil {
		t.Fatal(err)
	}
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.Query()
		back := url.Values{"token": {strings.TrimSpace(string(text))}, "state": {asked.Get("state")}, "name": {"Ada"}}
		http.Redirect(w, r, asked.Get("cli_callback")+"?"+back.Encode(), http.StatusFound)
	}))
	t.Cleanup(portal.Close)
	return portal
}

// pick chooses an operation in the picker.
func (d *day) pick() {
	d.t.Helper()
	const line = "epilot access-token"
	d.begin(line)
	d.Ask("which operation", "list")
	d.Wait("> GET    listAccessTokens")
	d.Type("\r")
	d.ended(line, 0)
	if !strings.Contains(d.Text(), `"name": "CI token"`) {
		d.t.Errorf("the picker shows:\n%s", d.Text())
	}
}

// fillIn creates a contact in a form, with first_name as a field that is not listed.
func (d *day) fillIn() {
	d.t.Helper()
	const line = "epilot entity createEntity contact --guided"
	d.begin(line)
	d.Ask("Optional parameters", "\r")
	d.Ask("Add a request body", "\r")
	d.Ask("body: fields of the schema", "\r")
	d.Ask("body: optional fields", "\r")
	d.Ask("Add a field to body (0 so far)", "y\r")
	d.Ask("name of the field", "first_name\r")
	d.Ask("? first_name", "Ada\r")
	d.Ask("Add a field to body (1 so far)", "\r")
	d.Ask("Send it? (Y/n)", "y\r")
	d.ended(line, 0)
	if text := d.Text(); !strings.Contains(text, "201 Created") || !strings.Contains(text, `epilot entity createEntity contact -d '{"first_name":"Ada"}'`) {
		d.t.Errorf("the form shows:\n%s", text)
	}
}

const uploaded = 200_000_000 // bytes

// upload uploads a file to the mock over a slow connection, until the terminal shows
// the rate and the time left.
func (d *day) upload() {
	d.t.Helper()
	file, err := os.Create(filepath.Join(d.dir, "big.pdf"))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := file.Truncate(uploaded); err != nil {
		d.t.Fatal(err)
	}
	file.Close()
	mock, err := url.Parse(startMock(d.t, d.env))
	if err != nil {
		d.t.Fatal(err)
	}
	seen := make(chan struct{})
	release := sync.OnceFunc(func() { close(seen) })
	defer release()
	proxy := httputil.NewSingleHostReverseProxy(mock)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = slowly{r.Body, seen}
		proxy.ServeHTTP(w, r)
	}))
	defer slow.Close()
	line := "epilot file upload big.pdf --server " + slow.URL + " --jsonata size_bytes"
	d.begin(line)
	d.until(`\d MB of 200\.0 MB, \d+%, \S+ MB/s, \S+s left`)
	release()
	d.ended(line, 0)
	if text := d.Text(); !strings.Contains(text, "200000000") || strings.Contains(text, "left") {
		d.t.Errorf("the upload shows:\n%s", text)
	}
}

// until waits until the terminal has shown the pattern.
func (d *day) until(pattern string) {
	d.t.Helper()
	find := regexp.MustCompile(pattern)
	d.Holds("show "+pattern, find.MatchString)
}

// slowly is a body that arrives slowly until the channel is closed.
type slowly struct {
	io.ReadCloser
	fast chan struct{}
}

func (s slowly) Read(p []byte) (int, error) {
	const chunk, pause = 200_000, 10 * time.Millisecond // 20 MB/s
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-s.fast:
		return s.ReadCloser.Read(p)
	case <-timer.C:
		return s.ReadCloser.Read(p[:min(len(p), chunk)])
	}
}

// tourOfReadme returns the commands of the five-minute tour, without the server at
// its end.
func tourOfReadme(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, _ := strings.Cut(string(text), "\n## Five-minute tour\n")
	tour, _, _ = strings.Cut(tour, "\n## ")
	var lines []string
	inside := false
	for line := range strings.SplitSeq(tour, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh"
		case inside && line != "" && !strings.HasPrefix(line, "epilot mock "):
			lines = append(lines, line)
		}
	}
	if len(lines) < 10 {
		t.Fatalf("the tour of the README has only %q", lines)
	}
	return lines
}
