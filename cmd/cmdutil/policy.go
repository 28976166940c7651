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
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

const retryMaxWait = "60s"

// RetryFlags are the retry flags.
type RetryFlags struct {
	Retries, MaxWait string
	Unsafe           bool
}

// AddTo adds the flags.
func (r *RetryFlags) AddTo(flags *pflag.FlagSet) {
	flags.StringVar(&r.Retries, "retry", "", "Retry transient failures `N` times, 0 to 10 (or EPILOT_RETRY)")
	flags.BoolVar(&r.Unsafe, "retry-unsafe", false, "Also retry writes; a write may be applied twice")
	flags.StringVar(&r.MaxWait, "retry-max-wait", "", "Maximum `DURATION` to wait before a retry (default "+retryMaxWait+")")
	RefuseEmpty(flags, "retry", "retry-max-wait")
}

// policy returns the request policy from flags, environment and files. It is read
// before anything is sent.
func (f *Factory) policy() (client.Policy, error) {
	g := f.Flags
	p := client.Policy{
		Server: g.Server, EnvServer: f.envServer(), Stage: g.Stage(),
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
	p.Retry, err = f.retryRule()
	return p, err
}

func (f *Factory) envServer() string { return strings.TrimSpace(f.Getenv("EPILOT_SERVER")) }

// WithTimeout returns the policy with the timeout of a setting.
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

// retryRule returns the retry policy from flags, environment and files.
func (f *Factory) retryRule() (transport.Retry, error) {
	flags := f.Retry
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
		return transport.Retry{}, failure.New(failure.Usage, "invalid --retry-max-wait %q", flags.MaxWait).
			Hintf("use a duration such as 90s or 5m")
	}
	return transport.Retry{
		Retries: retries, Unsafe: flags.Unsafe, MaxWait: longest,
		Sleep: f.Sleep, Random: f.Jitter, Report: f.Out.Retrying,
	}, nil
}

// checkOrganization rejects an invalid organization id. The message does not show
// it: it may be a misplaced token.
func checkOrganization(id string) error {
	if strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return failure.New(failure.Usage, "the value of --org is not an organization id").
			Hintf("use the id alone, such as --org 123")
	}
	return nil
}

// stallTimeout is how long a response may stay silent; negative means no limit. An
// invalid value is reported where the settings of a call are read.
func (f *Factory) stallTimeout() time.Duration {
	setting, err := f.Setting("idle_timeout")
	limit, _ := time.ParseDuration(setting.Text)
	if err == nil && limit == 0 {
		return -1
	}
	return limit
}

// Setting returns a setting as it applies to this command line.
func (f *Factory) Setting(name string) (profiles.Value, error) {
	store := f.Profiles()
	if name != "stage" {
		return store.Setting(name, f.Flags.setting(name))
	}
	profile, err := store.Resolve(f.Flags.Profile)
	if err != nil {
		return profiles.Value{}, err
	}
	return store.StageOf(profile, f.Flags.Stage())
}

// ApplyColor applies the color setting. Data is colored on a terminal only. An
// unreadable file does not stop commands that do not need it, such as help; those
// that do will report it. Without a terminal, an invalid value does not stop a call
// either.
func (f *Factory) ApplyColor() error {
	color, err := f.Setting("color")
	if err != nil && failure.Of(err).Kind != failure.File && (f.Streams.Color || f.Streams.ErrColor) {
		return err
	}
	switch color.Text {
	case "never":
		f.Streams.Color, f.Streams.ErrColor = false, false
	case "always":
		f.Streams.Color, f.Streams.ErrColor = true, true
	}
	if !f.Streams.Color && !f.Streams.ErrColor {
		return nil
	}
	theme, err := f.Setting("theme")
	if err != nil && failure.Of(err).Kind != failure.File {
		return err
	}
	if theme.Text == "dark" || theme.Text == "light" {
		f.Streams.Theme = term.ThemeNamed(theme.Text)
	}
	return nil
}

// pagerName returns the pager of the configuration file. The printer reads the
// environment variables.
func (f *Factory) pagerName() (string, bool) {
	pager, err := f.Setting("pager")
	return pager.Text, err == nil && pager.Source == profiles.FromFile
}
