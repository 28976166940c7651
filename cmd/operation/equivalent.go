package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// showEquivalent prints the command line that does the same without prompts.
func (k *call) showEquivalent(prepared *client.Call) {
	if !k.f.Flags.Guided {
		return
	}
	line, left := k.equivalent()
	token := prepared.Token
	left = left || token != nil && (token.Source == auth.FromFlag || token.Source == auth.FromTerminal)
	note := "Equivalent command:"
	if left {
		note = "Equivalent command, with the token in EPILOT_TOKEN:"
	}
	fmt.Fprintf(k.f.Streams.Err, "%s\n%s\n", k.f.Out.ErrPalette().Dim(note), term.Safe(line))
}

// equivalent returns the command line of this call, quoted for a POSIX shell. left
// reports that a secret is left out.
func (k *call) equivalent() (line string, left bool) {
	args := []string{"epilot", k.api.Name, k.api.CallName(k.op)}
	dashed := slices.ContainsFunc(k.positional, func(arg string) bool { return strings.HasPrefix(arg, "-") })
	if !dashed {
		args = append(args, k.positional...)
	}
	for _, named := range k.flags.Input.Params {
		args = append(args, "-p", named)
	}
	if k.hasData {
		args = append(args, "-d", k.flags.Input.Data)
	}
	flags, left := k.otherFlags()
	args = append(args, flags...)
	if k.isDestructive() {
		args = append(args, "--yes")
	}
	if dashed {
		args = append(append(args, "--"), k.positional...)
	}
	for i, arg := range args {
		args[i] = shell.Quote(arg)
	}
	return strings.Join(args, " "), left
}

// otherFlags returns the flags of this line that control how the call is made.
func (k *call) otherFlags() (args []string, left bool) {
	ownFlags := []string{"guided", "dry-run", "yes", "no-interactive", "param", "data"}
	k.line.Visit(func(flag *pflag.Flag) {
		switch {
		case slices.Contains(ownFlags, flag.Name):
		case flag.Name == "token":
			left = true
		case flag.Value.Type() == "bool":
			args = append(args, "--"+flag.Name+strings.TrimSuffix("="+flag.Value.String(), "=true"))
		default:
			for _, value := range flagValues(flag) {
				switch {
				case flag.Name == "header" && isSecretHeader(value):
					left = true
				case flag.NoOptDefVal != "":
					args = append(args, "--"+flag.Name+"="+value)
				default:
					args = append(args, "--"+flag.Name, value)
				}
			}
		}
	})
	return args, left
}

func flagValues(flag *pflag.Flag) []string {
	if list, isList := flag.Value.(pflag.SliceValue); isList {
		return list.GetSlice()
	}
	return []string{flag.Value.String()}
}

func isSecretHeader(line string) bool {
	name, value := httpx.CutHeader(line)
	return transport.NewRedactor().Value(name, value) != value
}

// variables are the environment variables that replace secrets in an exported call.
type variables struct{ names []string }

// name returns the variable for the secret of a header or parameter.
func (v *variables) name(of string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, of)
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		name = "_" + name
	}
	if !slices.Contains(v.names, name) {
		v.names = append(v.names, name)
	}
	return name
}

// shell quotes text for a POSIX shell, with a variable in place of a redacted
// secret. shown is the redacted text.
func (v *variables) shell(of, text, shown string) string {
	if shown == text {
		return shell.Quote(text)
	}
	var line strings.Builder
	for i, part := range strings.Split(shown, transport.Hidden) {
		if i > 0 {
			line.WriteString(`"$` + v.name(of) + `"`)
		}
		if part != "" {
			line.WriteString(shell.SingleQuote(part))
		}
	}
	return line.String()
}

// javaScript returns text as an expression, with a variable in place of a redacted
// secret.
func (v *variables) javaScript(of, text, shown string) string {
	if shown == text {
		return jsString(text)
	}
	var parts []string
	for i, part := range strings.Split(shown, transport.Hidden) {
		if i > 0 {
			parts = append(parts, "process.env."+v.name(of))
		}
		if part != "" {
			parts = append(parts, jsString(part))
		}
	}
	return strings.Join(parts, " + ")
}

// warn lists the variables that the exported call reads.
func (v *variables) warn(out *output.Printer) {
	if len(v.names) > 0 {
		out.Warn("secrets are left out; set " + strings.Join(v.names, ", ") + " before you run it")
	}
}
