package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// maxWait is the longest wait that a request can ask for.
const maxWait = 60 * time.Second

// preferences are the values of the Prefer header (RFC 7240): code=404,
// example=NAME, dynamic=true and wait=2 (seconds). Prism uses the same names.
type preferences struct {
	code    int // 0: the success status
	example string
	dynamic *bool // nil: use the option of the mock
	wait    time.Duration
	applied []string // for Preference-Applied
}

// readPreferences parses all Prefer headers. The first of a repeated preference
// counts (section 2), and unknown ones are ignored. The problem is a 400 for an
// invalid value.
func readPreferences(header http.Header) (preferences, error) {
	p := preferences{}
	if len(header.Values("Prefer")) == 0 {
		return p, nil
	}
	seen := map[string]bool{}
	for _, part := range message.SplitList(strings.Join(header.Values("Prefer"), ","), ",;") {
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if seen[name] {
			continue
		}
		seen[name] = true
		if err := p.set(name, unquote(strings.TrimSpace(value))); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *preferences) set(name, value string) error {
	var err error
	switch name {
	case "code":
		if p.code, err = strconv.Atoi(value); err != nil || p.code < 200 || p.code > 599 {
			return badPreference(name, value, "a status from 200 to 599, such as Prefer: code=404")
		}
	case "example":
		if p.example = value; value == "" {
			return badPreference(name, value, "the name of an example")
		}
	case "dynamic":
		on, err := strconv.ParseBool(value)
		if value != "" && err != nil {
			return badPreference(name, value, "true or false")
		}
		on = on || value == ""
		p.dynamic = &on
	case "wait":
		if p.wait, err = seconds(value); err != nil {
			return badPreference(name, value, "seconds from 0 to 60, such as Prefer: wait=2")
		}
	default:
		return nil
	}
	p.applied = append(p.applied, strings.TrimSuffix(name+"="+value, "="))
	return nil
}

// seconds parses a wait of at most maxWait.
func seconds(text string) (time.Duration, error) {
	number, err := strconv.ParseFloat(text, 64)
	if bounded := number >= 0 && number <= maxWait.Seconds(); !bounded { // also rejects NaN
		err = strconv.ErrRange
	}
	return time.Duration(number * float64(time.Second)), err
}

func badPreference(name, value, allowed string) error {
	return message.Refuse(http.StatusBadRequest, "header parameter Prefer: %s %q is not %s", name, value, allowed)
}

// samples reports whether the request asks for a sample, regardless of the state.
func (p *preferences) samples(op *openapi.Operation) bool {
	return p.code != 0 && p.code != message.SuccessStatus(op) || p.example != "" || p.dynamic != nil && *p.dynamic
}

// unquote reads a quoted string (RFC 9110, section 5.6.4) or a token.
func unquote(word string) string {
	if len(word) < 2 || word[0] != '"' || word[len(word)-1] != '"' {
		return word
	}
	var b strings.Builder
	for i := 1; i < len(word)-1; i++ {
		if word[i] == '\\' && i+1 < len(word)-1 {
			i++
		}
		b.WriteByte(word[i])
	}
	return b.String()
}
