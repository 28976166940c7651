package cmdutil

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

const retryMaxWait = "60s"

// RetryFlags are the flags about sending a request again.
type RetryFlags struct {
	Retries, MaxWait string
	Unsafe           bool
}

// AddTo adds the flags.
func (r *RetryFlags) AddTo(flags *pflag.FlagSet) {
	flags.StringVar(&r.Retries, "retry", "", "Retry transient failures up to `N` times, 0 to 10 (or EPILOT_RETRY)")
	flags.BoolVar(&r.Unsafe, "retry-unsafe", false, "Also retry writes; a write may be applied twice")
	flags.StringVar(&r.MaxWait, "retry-max-wait", "", "Wait at most `DURATION` before a retry, whatever the server asks (default "+retryMaxWait+")")
	RefuseEmpty(flags, "retry", "retry-max-wait")
}

// policy is what the flags, the environment and the files say about every
// request of this command line. It is read before anything is sent.
func (f *Factory) policy(retry *RetryFlags) (client.Policy, error) {
	g := f.Flags
	p := client.Policy{
		Server: g.Server, EnvServer: strings.TrimSpace(f.Getenv("EPILOT_SERVER")), Stage: g.Stage(),
		Organization: g.Org, AllowHTTP: g.AllowHTTP,
	}
	if err := checkOrganization(g.Org); err != nil {
		return p, err
	}
	timeout, err := f.Setting("timeout")
	if err != nil {
		return p, err
	}
	if p, err = WithTimeout(p, timeout); err != nil {
		return p, err
	}
	memory, err := f.Setting("max_memory")
	if err != nil {
		return p, err
	}
	size, err := budget.Parse(memory.Text)
	if err != nil {
		return p, err
	}
	p.Budget = budget.New(size)
	f.Out.Budget = p.Budget
	p.Retry, err = f.retryRule(retry)
	return p, err
}

// WithTimeout returns the policy with the limit of a setting.
func WithTimeout(p client.Policy, timeout profiles.Value) (client.Policy, error) {
	limit, err := time.ParseDuration(timeout.Text)
	if err != nil {
		return p, err
	}
	p.Timeout = limit
	if timeout.Source != profiles.FromDefault {
		p.TimeoutBy = timeout.Where
	}
	return p, nil
}

// retryRule is what the flags, the environment and the files say about retries.
func (f *Factory) retryRule(flags *RetryFlags) (transport.Retry, error) {
	setting, err := f.Profiles().Setting("retry", flags.Retries)
	if err != nil {
		return transport.Retry{}, err
	}
	retries, err := strconv.Atoi(setting.Text)
	if err != nil {
		return transport.Retry{}, err
	}
	longest, err := time.ParseDuration(cmp.Or(flags.MaxWait, retryMaxWait))
	if err != nil || longest < 0 {
		return transport.Retry{}, failure.New(failure.Usage, "--retry-max-wait %q is not a duration", flags.MaxWait).
			Hintf("give it as in --retry-max-wait 90s or 5m")
	}
	return transport.Retry{
		Retries: retries, Unsafe: flags.Unsafe, MaxWait: longest,
		Sleep: f.Sleep, Random: f.Jitter, Report: f.Out.Retrying,
	}, nil
}

// checkOrganization refuses what cannot be the id of an organization. The
// message does not show it: it may be a token in the wrong place.
func checkOrganization(id string) error {
	if strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return failure.New(failure.Usage, "the value of --org is not the id of an organization").
			Hintf("give the id alone, as in --org 123")
	}
	return nil
}

// stallTimeout is how long a response may send nothing, less than zero for no
// limit. A value that is wrong is told where the settings of a call are read.
func (f *Factory) stallTimeout() time.Duration {
	setting, err := f.Profiles().Setting("idle_timeout", "")
	limit, _ := time.ParseDuration(setting.Text)
	if err == nil && limit == 0 {
		return -1
	}
	return limit
}

// Setting is what a setting is for a call of this line.
func (f *Factory) Setting(name string) (profiles.Value, error) {
	store := f.Profiles()
	switch name {
	case "stage":
		profile, err := store.Resolve(f.Flags.Profile)
		if err != nil {
			return profiles.Value{}, err
		}
		return store.StageOf(profile, f.Flags.Stage())
	case "timeout":
		return store.Setting(name, f.Flags.Timeout)
	}
	return store.Setting(name, "")
}

// ApplyColor does what the setting says about colour: data has it on a terminal
// only. A file that cannot be read does not stop what needs no file, such as
// help: whatever works with the file will say so. Without a terminal a wrong
// value does not stop a call either.
func (f *Factory) ApplyColor() error {
	color, err := f.Profiles().Setting("color", "")
	if err != nil && failure.Of(err).Kind != failure.File && (f.Streams.Color || f.Streams.ErrColor) {
		return err
	}
	switch color.Text {
	case "never":
		f.Streams.Color, f.Streams.ErrColor = false, false
	case "always":
		f.Streams.Color, f.Streams.ErrColor = true, true
	}
	return nil
}

// pagerName is the pager of the configuration file; the variables are the
// printer's.
func (f *Factory) pagerName() (string, bool) {
	pager, err := f.Profiles().Setting("pager", "")
	return pager.Text, err == nil && pager.Source == profiles.FromFile
}
