package catalog

import (
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
)

// ServerChoice is whose server a call goes to.
type ServerChoice int

// The choices.
const (
	DefinitionServer ServerChoice = iota // nobody named one: a server of the definition
	NamedServer                          // --server, EPILOT_SERVER or the profile
	MockServer                           // the mock in this process
	BuiltInServer                        // a server of the built-in definition, in place of the file's
)

// Action is what a call of an operation needs before it is sent.
type Action int

// The actions.
const (
	Send   Action = iota
	Ask           // a person confirms it; a script is refused
	Refuse        // nobody can allow it but by trusting the file, or by naming a server
)

// Case is everything that the rule for definitions looks at.
type Case struct {
	Origin      Origin       // how the definition came to the call
	Trusted     bool         // the person trusts the file as it is
	Server      ServerChoice // DefinitionServer, NamedServer or MockServer
	BuiltIn     bool         // the program has a definition of the API
	Method      string       // of the operation, as the definition has it
	Path        string
	Counterpart *Signature // the built-in operation of the same id; nil: there is none
}

// Signature is what an operation does: its method and its path template.
type Signature struct{ Method, Path string }

// Verdict is what the rule says about a case.
type Verdict struct {
	Server ServerChoice
	Action Action
	Token  bool   // a stored token may go to the servers of the definition, over https or to loopback
	Reason string // why the call is not simply sent: "calls DELETE /x, not GET /y"
}

// Decide is the rule for definitions. A definition that was found in a folder
// is somebody else's word until the person trusts it: its servers are not used,
// its operations may not stand for others, and what is new in it may read. What
// --definition names is the person's own word for the line, but its servers get
// no stored token before they are trusted. A mock in this process can do no
// harm. docs/security.md states the same rule.
func Decide(c Case) Verdict {
	v := Verdict{Server: c.Server}
	if c.Trusted || c.Origin == IsEmbedded {
		v.Token = true
		return v
	}
	if c.Origin != IsOverride || c.Server == MockServer {
		return v
	}
	if c.Server == DefinitionServer {
		v.Server = BuiltInServer
	}
	reads := c.Method == http.MethodGet || c.Method == http.MethodHead
	switch {
	case v.Server == BuiltInServer && !c.BuiltIn:
		v.Action, v.Reason = Refuse, "names the server itself, which only a trusted file may do"
	case c.Counterpart != nil && *c.Counterpart != Signature{c.Method, c.Path}:
		v.Action = Refuse
		v.Reason = "calls " + c.Method + " " + c.Path + " in place of " + c.Counterpart.Method + " " + c.Counterpart.Path
	case c.Counterpart == nil && !reads:
		v.Action, v.Reason = Ask, "adds this operation, which writes"
	}
	return v
}

// Ruling is the rule applied to one operation of a loaded definition.
type Ruling struct {
	Verdict
	File      string            // of a definition that was found; "" for any other
	Servers   []string          // base URLs for DefinitionServer and BuiltInServer, the first is the default
	operation openapi.Operation // id, method and path
}

// Rule applies Decide. server is DefinitionServer where nobody named one. The
// error, of kind File, is that of a list of trusted files that cannot be read.
func (c *Catalog) Rule(api *openapi.API, op *openapi.Operation, server ServerChoice, trust *Trust) (*Ruling, error) {
	r := &Ruling{Servers: op.Servers, operation: openapi.Operation{ID: op.ID, Method: op.Method, Path: op.Path}}
	if len(r.Servers) == 0 {
		r.Servers = api.Servers
	}
	where := Case{Origin: originOf(api), Server: server, Method: op.Method, Path: op.Path}
	if where.Origin != IsEmbedded {
		var err error
		if where.Trusted, err = trust.Holds(api); err != nil {
			return nil, err
		}
	}
	if api.Found {
		r.File = api.Source
	}
	if !api.Found || where.Trusted {
		r.Verdict = Decide(where)
		return r, nil
	}
	original, err := embedded(api.Name)
	if err != nil {
		return nil, err
	}
	var counterpart *openapi.Operation
	if where.BuiltIn = original != nil; where.BuiltIn {
		if counterpart = original.Find(op.ID); counterpart != nil {
			where.Counterpart = &Signature{counterpart.Method, counterpart.Path}
		}
	}
	if r.Verdict = Decide(where); r.Server == BuiltInServer {
		r.Servers = nil
		if counterpart != nil {
			r.Servers = counterpart.Servers
		}
		if len(r.Servers) == 0 && original != nil {
			r.Servers = original.Servers
		}
	}
	return r, nil
}

// originOf is how the definition came to the call.
func originOf(api *openapi.API) Origin {
	switch {
	case api.Source == "":
		return IsEmbedded
	case api.Found:
		return IsOverride
	}
	return IsNamed
}

// Notice is the line that says which file is in use, "" where none was found.
func (r *Ruling) Notice() string {
	switch {
	case r.File == "":
		return ""
	case r.Token:
		return "using the trusted definition " + r.File
	}
	return "using the definition " + r.File + ", which is not trusted"
}

// Question asks about an operation that Action says to Ask about. url is where
// the call would go.
func (r *Ruling) Question(url string) string {
	return r.File + " " + r.Reason + ": send " + r.operation.Method + " " + url + "?"
}

// Err is the failure, of kind Credentials, of a call that is refused, or asked
// about where nobody can answer; nil for one that may be sent. url may be "".
func (r *Ruling) Err(url string) error {
	if r.Action == Send {
		return nil
	}
	request := ""
	if url != "" {
		request = " (" + r.operation.Method + " " + url + ")"
	}
	err := failure.New(failure.Credentials, "%s%s is not sent: %s, which is not trusted, %s",
		r.operation.ID, request, r.File, r.Reason)
	trust := "read the file, then trust it: epilot definitions trust " + shell.Quote(r.File)
	if strings.HasPrefix(r.Reason, "names the server") {
		return err.Hintf("name the server with --server URL, or %s", trust)
	}
	return err.Hintf("%s", trust)
}
