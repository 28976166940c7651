package catalog

import (
	"net/http"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
)

// ServerChoice is the source of a call's server.
type ServerChoice int

// Sources of a server.
const (
	DefinitionServer ServerChoice = iota // a server of the definition; the user named none
	NamedServer                          // --server, EPILOT_SERVER or the profile
	MockServer                           // the mock in this process
	BuiltInServer                        // a server of the built-in definition instead of the file's
)

// Action is what an operation needs before it is sent.
type Action int

// Actions returned by Decide.
const (
	Send   Action = iota
	Ask           // the user must confirm; a script is refused
	Refuse        // allowed only by trusting the file or by naming a server
)

// Case is the complete input of the rule for definitions.
type Case struct {
	Origin      Origin       // source of the definition
	Trusted     bool         // the user trusts the file in its current state
	Server      ServerChoice // DefinitionServer, NamedServer or MockServer
	BuiltIn     bool         // the API has a built-in definition
	Method      string       // of the operation in the definition
	Path        string
	Counterpart *Signature // the built-in operation with the same ID; nil: none
}

// Signature identifies what an operation does: its method and path template.
type Signature struct{ Method, Path string }

// Verdict is the result of the rule.
type Verdict struct {
	Server ServerChoice
	Action Action
	Token  bool   // a stored token may go to the definition's servers, over https or to loopback
	Reason string // why confirmation or refusal is needed: "calls DELETE /x, not GET /y"
}

// setsServer is the reason against a definition that sets its own server.
const setsServer = "sets its own server, which only a trusted file can do"

// Decide is the rule for definitions. A definition found in a folder is untrusted
// until the user trusts it: its servers are not used, its operations cannot replace
// built-in ones, and new operations may only read. A definition named by
// --definition is the user's choice for one call, but its servers get no stored
// token until it is trusted. A mock in this process can do no harm. docs/security.md
// documents the same rule.
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
		v.Action, v.Reason = Refuse, setsServer
	case c.Counterpart != nil && *c.Counterpart != Signature{c.Method, c.Path}:
		v.Action = Refuse
		v.Reason = "calls " + c.Method + " " + c.Path + " instead of " + c.Counterpart.Method + " " + c.Counterpart.Path
	case c.Counterpart == nil && !reads:
		v.Action, v.Reason = Ask, "adds this write operation"
	}
	return v
}

// Ruling is the rule applied to one operation of a loaded definition.
type Ruling struct {
	Verdict
	File      string            // of a discovered definition; "" for any other
	Servers   []string          // base URLs for DefinitionServer and BuiltInServer, the default first
	operation openapi.Operation // id, method and path
}

// Rule applies Decide. server is DefinitionServer if the user named no server. An
// unreadable list of trusted files is an error of kind File.
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

// originOf returns the source of the definition.
func originOf(api *openapi.API) Origin {
	switch {
	case api.Source == "":
		return IsEmbedded
	case api.Found:
		return IsOverride
	}
	return IsNamed
}

// Notice returns a line that names the discovered file, or "" if there is none.
func (r *Ruling) Notice() string {
	switch {
	case r.File == "":
		return ""
	case r.Token:
		return "using the trusted definition " + r.File
	}
	return "using the definition " + r.File + ", which is not trusted"
}

// Question returns the confirmation prompt for an operation whose Action is Ask. url
// is the destination of the call.
func (r *Ruling) Question(url string) string {
	return r.File + " " + r.Reason + ": send " + r.operation.Method + " " + url + "?"
}

// Err returns the failure, of kind Credentials, of a refused call, or of one that
// needs confirmation when prompts are impossible; nil if the call may be sent. url
// may be "".
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
	if r.Reason == setsServer {
		return err.Hintf("set the server with --server URL, or %s", trust)
	}
	return err.Hintf("%s", trust)
}
