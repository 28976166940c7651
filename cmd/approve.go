package cmd

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
)

// approve shows the finished request and asks for a yes where one is needed.
// done tells that the request is not to be sent: --dry-run printed it.
func (a *answer) approve(ctx context.Context, planned *call.Call) (done bool, err error) {
	o := a.options
	careful := cannotBeUndone(a.op)
	asks := !o.yes && (o.guided || careful && o.mayAsk())
	if o.prints() {
		return true, a.printRequest(ctx, planned)
	}
	if !asks {
		return false, nil
	}
	req, err := a.request(ctx, planned)
	if err != nil {
		return false, err
	}
	if err := a.preview(o.app.Streams.Err, req, planned, true); err != nil {
		return false, asWriteError(err)
	}
	return false, o.confirmSending(ctx, careful)
}

func (o *callOptions) confirmSending(ctx context.Context, careful bool) error {
	prompts, err := o.prompter()
	if err != nil {
		return err
	}
	q := prompt.Question{Text: "Send it", Yes: true}
	if careful {
		q = prompt.Question{Text: "This may not be undone. Send it"}
	}
	yes, err := prompts.Confirm(ctx, q)
	if err == nil && !yes {
		return failure.New(failure.Interrupted, "cancelled: nothing was sent")
	}
	return err
}

// preview writes a request: method and URL, the headers without secrets, and
// the body as it is sent.
func (a *answer) preview(out io.Writer, req *http.Request, planned *call.Call, tty bool) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n", req.Method, a.redact.URL(req.URL))
	header := flat(a.redact.Header(req.Header))
	for _, name := range sortedNames(header) {
		fmt.Fprintf(&text, "%s: %s\n", name, header[name])
	}
	sent, err := sentBody(planned.Body, req)
	if err != nil {
		return err
	}
	if sent != "" {
		fmt.Fprintf(&text, "\n%s\n", strings.TrimSuffix(sent, "\n"))
	}
	shown := text.String()
	if tty {
		shown = term.Safe(shown)
	}
	_, err = io.WriteString(out, shown)
	return err
}

func sortedNames(header map[string]string) []string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// cannotBeUndone tells an operation that takes something away for good: DELETE,
// and a write whose id or path says so.
func cannotBeUndone(op *operation.Operation) bool {
	switch op.Method {
	case http.MethodDelete:
		return true
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	final := []string{"delete", "remove", "revoke", "erase", "purge", "reset", "wipe", "cancel", "destroy"}
	return slices.ContainsFunc(nameWords(op.ID+" "+op.Path), func(word string) bool { return slices.Contains(final, word) })
}

// nameWords are the words of "bulkDelete_jobs/v1" in lower case.
func nameWords(name string) []string {
	var spaced strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) || !unicode.IsLetter(r) {
			spaced.WriteByte(' ')
		}
		if unicode.IsLetter(r) {
			spaced.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Fields(spaced.String())
}
