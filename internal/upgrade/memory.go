package upgrade

import (
	"encoding/json"
	"io"
	"os"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
)

const (
	pause      = 24 * time.Hour
	mostMemory = 64 << 10 // bytes
)

// Memory is what commands remember about new versions, in a file of the state.
type Memory struct {
	Checked time.Time `json:"checked"`          // when the feed was last asked
	Latest  string    `json:"latest,omitempty"` // what it said then
	Told    time.Time `json:"told"`             // when the person was last told
}

// ReadMemory reads the file. One that is not there, or that nobody can read, is
// empty: it holds nothing that a person wrote.
func ReadMemory(file string) Memory {
	f, err := os.Open(file)
	if err != nil {
		return Memory{}
	}
	defer f.Close()
	var m Memory
	text, err := io.ReadAll(io.LimitReader(f, mostMemory))
	if err != nil || json.Unmarshal(text, &m) != nil {
		return Memory{}
	}
	if !IsVersion(m.Latest) {
		m.Latest = "" // it is shown to people
	}
	return m
}

// Write replaces the file. Errors are of kind File.
func (m Memory) Write(file string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return atomicfile.Write(file, append(text, '\n'), 0o600)
}

// News returns the version that a person should be told of now, "" for none:
// one newer than the current, at most once a day.
func (m Memory) News(current string, now time.Time) string {
	if m.Latest == "" || Compare(m.Latest, current) <= 0 || !isOver(m.Told, now) {
		return ""
	}
	return m.Latest
}

// Due reports whether the feed should be asked again: once a day.
func (m Memory) Due(now time.Time) bool { return isOver(m.Checked, now) }

// isOver: a time that is still to come was told by a clock that was wrong.
func isOver(since, now time.Time) bool {
	age := now.Sub(since)
	return age < 0 || age >= pause
}
