package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	connections = 64
	gets        = 20_000

	mostStart = 15 * time.Millisecond // from the process's start to its first response
	leastRate = 10_000                // requests per second, on two cores with the client on them
	mostKept  = 64                    // MiB resident after all of them
)

// mocked are the promises about the local epilot: how soon it answers, how many
// gets of one entity it answers, and the memory that this takes.
func mocked(epilot, dir string, runs int) error {
	m := &mock{epilot: epilot, home: filepath.Join(dir, "home"), client: &http.Client{Transport: &http.Transport{}}}
	if err := m.prepare(); err != nil {
		return err
	}
	var took []time.Duration
	for range runs {
		one, err := m.firstResponse()
		if err != nil {
			return err
		}
		took = append(took, one)
	}
	slices.Sort(took)
	start := took[len(took)/2]
	rate, kept, err := m.rate()
	if err != nil {
		return err
	}
	fmt.Printf("%-28s %8.2f ms\n", "mock: first answer", ms(start))
	fmt.Printf("%-28s %8.0f requests/s   resident %.1f MB\n", "mock: get one entity", rate, mb(kept))
	return errors.Join(
		promise(start <= mostStart, "the local epilot's first answer comes after %s, promised is %s", start, mostStart),
		promise(rate >= leastRate, "the local epilot answers %.0f requests per second, promised are %d", rate, leastRate),
		promise(kept <= mostKept<<10, "the local epilot keeps %.1f MB, promised are %d", mb(kept), mostKept),
	)
}

func promise(kept bool, format string, args ...any) error {
	if kept {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// mock is a local epilot with a token and one contact in its state.
type mock struct {
	epilot, home string
	client       *http.Client
	token, path  string
}

func (m *mock) prepare() error {
	words := []string{"access-token", "createAccessToken", "-d", `{"name":"bench"}`, "--server", "mock", "--json"}
	var made struct{ Token string }
	if err := m.print(&made, words...); err != nil {
		return err
	}
	m.token = made.Token
	var contact struct {
		ID string `json:"_id"`
	}
	err := m.print(&contact, "entity", "createEntity", "contact", "-d", `{"first_name":"Ada"}`, "--server", "mock", "--json")
	m.path = "/v1/entity/contact/" + contact.ID
	return err
}

func (m *mock) command(words ...string) *exec.Cmd {
	cmd := exec.Command(m.epilot, words...)
	cmd.Env = []string{"HOME=" + m.home, "PATH=" + os.Getenv("PATH")}
	return cmd
}

func (m *mock) print(into any, words ...string) error {
	cmd := m.command(words...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%v: %w", words, err)
	}
	return json.Unmarshal(bytes.TrimSpace(out), into)
}

// start returns the process and where it listens.
func (m *mock) start() (*exec.Cmd, string, error) {
	cmd := m.command("mock", "--port", "0", "--quiet")
	notes, err := cmd.StderrPipe()
	if err != nil {
		return nil, "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	reader := bufio.NewReader(notes)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, "", errors.Join(fmt.Errorf("epilot mock does not listen: %w", err), cmd.Wait())
		}
		if _, rest, found := strings.Cut(line, "listens on "); found {
			url, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			go func() { _, _ = io.Copy(io.Discard, reader) }() // until the process ends
			return cmd, url, nil
		}
	}
}

// firstResponse is the time from the process's start to its first response.
func (m *mock) firstResponse() (time.Duration, error) {
	began := time.Now()
	cmd, url, err := m.start()
	if err != nil {
		return 0, err
	}
	err = m.get(url)
	took := time.Since(began)
	stop(cmd)
	return took, err
}

// rate gets the contact from many connections, and reads what the process keeps.
func (m *mock) rate() (perSecond float64, kept int64, err error) {
	cmd, url, err := m.start()
	if err != nil {
		return 0, 0, err
	}
	defer stop(cmd)
	failed := make([]error, connections)
	began := time.Now()
	var group sync.WaitGroup
	for n := range connections {
		group.Go(func() {
			failed[n] = m.getMany(url, gets/connections)
		})
	}
	group.Wait()
	perSecond = float64(gets) / time.Since(began).Seconds()
	return perSecond, resident(cmd.Process.Pid), errors.Join(failed...)
}

func (m *mock) request(url string) (*http.Request, error) {
	request, err := http.NewRequest(http.MethodGet, url+m.path, nil)
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+m.token)
	}
	return request, err
}

func (m *mock) get(url string) error {
	request, err := m.request(url)
	if err != nil {
		return err
	}
	response, err := m.client.Do(request)
	if err != nil {
		return err
	}
	return m.check(response)
}

// getMany gets the contact over a connection of its own. net/http's client would take
// as much of the two cores as the mock does, so the requests are written directly.
func (m *mock) getMany(url string, count int) error {
	request, err := m.request(url)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := request.Write(&text); err != nil {
		return err
	}
	connection, err := net.Dial("tcp", request.URL.Host)
	if err != nil {
		return err
	}
	defer connection.Close()
	from := bufio.NewReader(connection)
	for range count {
		if _, err := connection.Write(text.Bytes()); err != nil {
			return err
		}
		response, err := http.ReadResponse(from, request)
		if err != nil {
			return err
		}
		if err := m.check(response); err != nil {
			return err
		}
	}
	return nil
}

// check reads a response, which must be the contact.
func (m *mock) check(response *http.Response) error {
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s: %s", m.path, response.Status, text)
	}
	return err
}

func stop(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // says that it was killed
}

// resident is the process's memory in KiB, 0 where the system does not tell.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var size int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &size); n == 1 {
			return size
		}
	}
	return 0
}
