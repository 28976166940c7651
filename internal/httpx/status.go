package httpx

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// StatusText returns a status code with its reason, such as "404 Not Found".
func StatusText(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// Refusal returns the error of kind API for a response that is not a success. subject
// begins the message, such as "createFile returned " or "". why is the reason in the
// body, or "".
func Refusal(subject string, status int, why string) *failure.Error {
	message := subject + StatusText(status)
	if why != "" {
		message += ": " + why
	}
	return &failure.Error{Kind: failure.API, Message: message, Status: status}
}
