package resource

import (
	"bytes"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// A job runs for a moment and then finishes. Its later state is stored with it,
// in a member that no response shows, and takes effect on the first read after
// its time: nothing runs in the background.

// jobDuration is the duration of a job, on the mock's clock.
const jobDuration = 2 * time.Second

// laterMember is {"at": time, "set": {member: value}}.
const laterMember = "=later"

// withLater schedules a value for a member.
func withLater(resource jsontext.Value, at time.Time, member string, value jsontext.Value) jsontext.Value {
	members, ok := jsonx.ParseObject(resource)
	if !ok || value == nil {
		return resource
	}
	later, _ := jsonx.ParseObject(members.Get(laterMember))
	set, _ := jsonx.ParseObject(later.Get("set"))
	later = later.With("at", object.Quote(at.UTC().Format(message.TimeFormat))).With("set", set.With(member, value).Text())
	return members.With(laterMember, later.Text()).Text()
}

// withoutLater drops the later change of a member: a cancelled job does not finish.
func withoutLater(resource jsontext.Value, member string) jsontext.Value {
	if !bytes.Contains(resource, []byte(`"`+laterMember+`"`)) {
		return resource
	}
	members, _ := jsonx.ParseObject(resource)
	later, _ := jsonx.ParseObject(members.Get(laterMember))
	set, _ := jsonx.ParseObject(later.Get("set"))
	if set = set.Without(member); len(set) == 0 {
		return members.Without(laterMember).Text()
	}
	return members.With(laterMember, later.With("set", set.Text()).Text()).Text()
}

// due returns a stored resource with the changes that are due.
func (r *Service) due(text []byte) []byte {
	if !bytes.Contains(text, []byte(`"`+laterMember+`"`)) {
		return text
	}
	members, ok := jsonx.ParseObject(text)
	later, waits := jsonx.ParseObject(members.Get(laterMember))
	if !ok || !waits {
		return text
	}
	if at, err := time.Parse(message.TimeFormat, jsonx.Unquote(later.Get("at"))); err != nil || r.now().Before(at) {
		return text
	}
	resource := members.Without(laterMember).Text()
	set, _ := jsonx.ParseObject(later.Get("set"))
	for _, m := range set {
		resource = assignAt(resource, splitPath(m.Name), opSet, m.Value)
	}
	return resource
}

// Values for the state of a job.
var (
	runningWords = []string{
		"running", "in_progress", "inprogress", "processing", "executing", "pending", "started", "queued",
	}
	finishedWords = []string{"success", "succeeded", "completed", "complete", "finished", "done", "successful", "imported", "ready"}
)
