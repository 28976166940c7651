package cmdutil

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// FlagError describes an invalid flag and suggests the closest known one, or -f for
// the name of one of the body's fields.
func FlagError(cmd *cobra.Command, err error, args, fields []string) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) && allowed(invalid.GetFlag()) != "" {
		return failure.New(failure.Usage, "invalid --%s %q", invalid.GetFlag().Name, invalid.GetValue()).
			Hintf("use %s", allowed(invalid.GetFlag()))
	}
	list := "\"" + commandLine(cmd) + " --help\" lists the flags"
	if ours := ForeignFlag(cmd, err, args); ours != "" {
		return failure.New(failure.Usage, "%w", err).Hintf("use %s", ours)
	}
	name, unknown := strings.CutPrefix(UnknownFlag(err), "--")
	if !unknown {
		return failure.New(failure.Usage, "%w", err).Hintf("%s", list)
	}
	isField := func(field string) bool { return suggest.Fold(field) == suggest.Fold(name) }
	if i := slices.IndexFunc(fields, isField); i >= 0 {
		field := shell.Quote(fields[i] + "=" + cmp.Or(valueAfter(UnknownFlag(err), args), "value"))
		return failure.New(failure.Usage, "%w", err).Hintf("use -f %s: it sets a field of the body", field)
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && len(flag.Annotations[writes]) == 0 {
			names = append(names, flag.Name)
		}
	})
	return unknownFlag(err, name, names, list)
}

// ForeignFlag returns the command's equivalent of another tool's flag that err
// reports as unknown, ready to paste, or "".
func ForeignFlag(cmd *cobra.Command, err error, args []string) string {
	typed := UnknownFlag(err)
	if ours := foreignFlag(strings.TrimLeft(typed, "-"), valueAfter(typed, args)); isFlagOf(cmd, ours) {
		return ours
	}
	return ""
}

// UnknownFlag returns the flag that err reports as unknown, such as "--jq" or "-x",
// or "".
func UnknownFlag(err error) string {
	if letter := unknownLetter(err); letter != "" {
		return "-" + letter
	}
	if name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --"); unknown {
		return "--" + name
	}
	return ""
}

// unknownLetter returns the letter of an unknown shorthand, or "".
func unknownLetter(err error) string {
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) || missing.GetSpecifiedShortnames() == "" {
		return ""
	}
	return missing.GetSpecifiedName()
}

// valueAfter returns the value of an unknown flag on the command line, or "".
func valueAfter(flag string, args []string) string {
	for i, arg := range args {
		if value, attached := strings.CutPrefix(arg, flag+"="); attached {
			return value
		}
		if arg == flag && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			return args[i+1]
		}
	}
	return ""
}

// isFlagOf reports whether the command has the flag that a hint starts with. It is
// true if the hint names no flag.
func isFlagOf(cmd *cobra.Command, hint string) bool {
	word, _, _ := strings.Cut(hint, " ")
	if name, long := strings.CutPrefix(word, "--"); long {
		return cmd.Flag(name) != nil
	}
	if letter, short := strings.CutPrefix(word, "-"); short {
		return cmd.Flags().ShorthandLookup(letter) != nil
	}
	return hint != ""
}

// foreignFlag returns the equivalent of another tool's flag, ready to paste, or "".
// A single letter is a shorthand.
func foreignFlag(name, value string) string {
	switch name {
	case "jq", "jmespath", "filter", "template", "select":
		return "--jsonata " + jsonataFor(value) + "; \"epilot help jsonata\" has examples"
	case "format", "output-format", "out":
		return "-o " + cmp.Or(output.FormatFor(value), "json")
	case "yaml", "table", "csv", "tsv", "ndjson", "jsonl", "text", "wide", "pretty", "raw":
		return "-o " + cmp.Or(output.FormatFor(name), name)
	case "output-file", "outfile", "save-as", "remote-name", "download", "O":
		return "--out-file " + shell.Quote(cmp.Or(value, "FILE"))
	case "fields":
		return "--columns " + shell.Quote(cmp.Or(value, "COLUMNS"))
	case "silent":
		return "-q"
	case "debug", "trace":
		return "-v"
	case "watch", "wait", "wait-for", "poll":
		return "--until with a JSONata expression, such as --until 'status = \"done\"'"
	case "help-all":
		return "--help=full"
	case "V":
		return "--version"
	}
	return cmp.Or(foreignPaging(name, value), foreignInput(name, value), foreignAccount(name, value), foreignAsking(name, value))
}

func foreignPaging(name, value string) string {
	switch name {
	case "limit", "max", "max-results", "n":
		return "--all --max-items " + cmp.Or(value, "10") + ", or the operation's own parameter with -p"
	case "paginate", "page-all", "all-pages", "a":
		return "--all"
	case "no-paginate":
		return "no flag: only --all fetches more than one page"
	case "per-page":
		return "--all --page-size " + cmp.Or(value, "100")
	}
	return ""
}

func foreignInput(name, value string) string {
	switch name {
	case "body", "data-raw", "data-binary", "json-body", "input", "payload":
		return "-d " + shell.Quote(cmp.Or(value, "@body.json"))
	case "cli-input-json", "cli-input-yaml", "body-file", "from-file", "data-file":
		return "-d " + shell.Quote("@"+cmp.Or(strings.TrimPrefix(value, "file://"), "body.json"))
	case "raw-field", "form", "form-field":
		return "-f " + shell.Quote(cmp.Or(value, "name=value"))
	case "method", "request", "X":
		return "an operation: it decides the method. \"epilot search\" finds one"
	}
	return ""
}

func foreignAccount(name, value string) string {
	switch name {
	case "endpoint-url", "base-url", "host", "url":
		return "--server " + shell.Quote(cmp.Or(value, "URL"))
	case "profile-name", "context", "account":
		return "--profile " + shell.Quote(cmp.Or(value, "NAME"))
	case "org-id", "organization", "namespace":
		return "--org " + shell.Quote(cmp.Or(value, "ID"))
	case "region", "environment", "env":
		return "--use-dev or --use-staging for another stage"
	case "api-key", "access-token", "auth-token", "bearer-token", "bearer", "user", "u":
		return "--token TOKEN, or sign in with \"epilot login\""
	case "no-verify-ssl", "insecure", "insecure-skip-tls-verify", "k":
		return "SSL_CERT_FILE=ca.pem in front of the command: certificates are always checked"
	}
	return ""
}

func foreignAsking(name, value string) string {
	switch name {
	case "force", "assume-yes", "auto-approve", "confirm", "no-confirm":
		return "--yes"
	case "interactive":
		return "--guided"
	case "no-input", "no-prompt", "non-interactive":
		return "--no-interactive"
	case "no-color", "no-colour":
		return "NO_COLOR=1, or \"epilot config set color never\""
	case "color", "colour":
		return "\"epilot config set color " + cmp.Or(value, "auto") + "\""
	case "no-pager", "no-cli-pager":
		return "EPILOT_PAGER= in front of the command, or \"epilot config set pager ''\""
	case "max-time", "read-timeout", "connect-timeout", "cli-read-timeout", "cli-connect-timeout":
		return "--timeout " + cmp.Or(value, "30") + "s"
	case "retries", "max-attempts":
		return "--retry " + cmp.Or(value, "2")
	}
	return ""
}

// jsonataFor converts a jq or JMESPath path to JSONata. For anything but a plain
// path it returns an example.
func jsonataFor(path string) string {
	path = strings.NewReplacer("[]", "", "[*]", "").Replace(path)
	path = strings.TrimLeft(path, ".")
	if path == "" || strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.[]") != "" {
		return "'results._title'"
	}
	return shell.SingleQuote(path)
}
