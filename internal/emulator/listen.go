package emulator

import (
	"errors"
	"net"
	"strconv"
	"syscall"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Listen opens the port on 127.0.0.1 and on no other address; 0 takes a free
// one. Errors are of kind Usage for a number that is no port, else Network.
func Listen(port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, failure.New(failure.Usage, "port %d is not between 0 and 65535", port)
	}
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, failure.New(failure.Network, "port %d is in use", port).
			Hintf("choose another with --port, or --port 0 for a free one")
	}
	if err != nil {
		return nil, failure.New(failure.Network, "cannot listen on 127.0.0.1:%d: %w", port, err).
			Hintf("choose another port with --port")
	}
	return listener, nil
}
