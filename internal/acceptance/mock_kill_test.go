package acceptance

import (
	"bufio"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// TestMockKilled kills the mock at random moments while clients create contacts. It
// restarts with the same state each time, which must have every acknowledged
// contact.
func TestMockKilled(t *testing.T) {
	t.Parallel()
	needsLoad(t, "kills many mocks")
	const rounds, clients = 10, 8
	home := t.TempDir()
	token := strings.TrimSpace(printed(t, epilotIn(t, home, "access-token", "createAccessToken",
		"-d", `{"name":"kill"}`, "--server", "mock", "--jsonata", "token", "--json")))
	c := &creators{token: strings.Trim(token, `"`), client: &http.Client{}, acknowledged: make(chan struct{})}
	for range rounds {
		c.gone = make(chan struct{})
		mock := liveMock(t, home)
		c.wantAll(t, mock.url)
		var group sync.WaitGroup
		for range clients {
			group.Go(func() { c.create(mock.url) })
		}
		over := make(chan struct{})
		go func() { group.Wait(); close(over) }()
		c.count(t, 1+rand.IntN(200), over)
		mock.kill(t)
		close(c.gone)
		<-over
	}
	mock := liveMock(t, home)
	defer mock.kill(t)
	c.wantAll(t, mock.url)
	if len(c.made) < rounds {
		t.Errorf("only %d creations were acknowledged", len(c.made))
	}
	t.Logf("%d creations in %d lives", len(c.made), rounds)
}

// running is a mock process.
type running struct {
	process *exec.Cmd
	url     string
}

// liveMock returns a mock that listens.
func liveMock(t *testing.T, home string) *running {
	t.Helper()
	r := &running{process: epilotIn(t, home, "mock", "--port", "0")}
	notes, err := r.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(notes)
	for r.url == "" {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatalf("epilot mock ended: %v", err)
		}
		if _, rest, found := strings.Cut(line, "listens on "); found {
			r.url, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
		}
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }() // until the process ends
	return r
}

func (r *running) kill(t *testing.T) {
	t.Helper()
	if err := r.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.process.Wait() // returns an error: the process was killed
}

// creators count the acknowledged creations.
type creators struct {
	token        string
	client       *http.Client
	acknowledged chan struct{} // one creation
	gone         chan struct{} // no longer counted

	mu   sync.Mutex
	made []string
}

// count waits for a number of creations.
func (c *creators) count(t *testing.T, wanted int, over <-chan struct{}) {
	t.Helper()
	for range wanted {
		select {
		case <-c.acknowledged:
		case <-over:
			t.Fatal("every creation is refused")
		}
	}
}

// create creates contacts until the server is gone.
func (c *creators) create(url string) {
	for {
		answer, err := c.send(http.MethodPost, url+"/entity/v1/entity/contact", `{"first_name":"Ada"}`)
		if err != nil || answer.status != http.StatusCreated {
			return // the server is gone
		}
		var made struct {
			ID string `json:"_id"`
		}
		if json.Unmarshal(answer.body, &made) != nil {
			return // cut off
		}
		c.mu.Lock()
		c.made = append(c.made, made.ID)
		c.mu.Unlock()
		select {
		case c.acknowledged <- struct{}{}:
		case <-c.gone:
		}
	}
}

// wantAll checks that every contact exists.
func (c *creators) wantAll(t *testing.T, url string) {
	t.Helper()
	for _, id := range c.made {
		answer, err := c.send(http.MethodGet, url+"/entity/v1/entity/contact/"+id, "")
		if err != nil || answer.status != http.StatusOK || !strings.Contains(string(answer.body), id) {
			t.Fatalf("%s was acknowledged and is lost: %v %d %s", id, err, answer.status, answer.body)
		}
	}
}

type whatCame struct {
	status int
	body   []byte
}

func (c *creators) send(method, url, body string) (whatCame, error) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return whatCame{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(request)
	if err != nil {
		return whatCame{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return whatCame{response.StatusCode, text}, err
}
