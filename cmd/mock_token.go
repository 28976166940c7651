package cmd

import (
	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// newMockTokenCmd prints a token of the local epilot. It is printed nowhere
// else: only who asks for it has it in a log.
func newMockTokenCmd(call *callOptions, state *mockState) *cobra.Command {
	return state.addFile(&cobra.Command{
		Use:     "token",
		Short:   "Print the local epilot's own token, for --token or EPILOT_TOKEN",
		Args:    noWords,
		Example: `export EPILOT_TOKEN=$(epilot mock token)`,
		RunE:    func(*cobra.Command, []string) error { return call.printMockToken(state) },
	})
}

// nearHint adds to a missing token, for a server on this machine, where that of
// a local epilot is.
func nearHint(server auth.Server, missing error) error {
	if hint := ownTokenHint(server); hint != "" {
		return failure.Of(missing).Hintf("give a token with --token or EPILOT_TOKEN%s", hint)
	}
	return missing
}

func ownTokenHint(server auth.Server) string {
	if server.URL == nil || !transport.Loopback(server.URL.Hostname()) {
		return ""
	}
	return "; \"epilot mock token\" prints that of a local epilot"
}

func (o *callOptions) printMockToken(state *mockState) error {
	e, err := state.emulator(o)
	if err != nil {
		return err
	}
	defer e.Close()
	token, err := e.BootstrapToken()
	if err != nil {
		return err
	}
	return (&answer{options: o}).line(token)
}
