package operation

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
)

// javaScript returns the call as a module that uses epilot's SDK.
func (k *call) javaScript(req *http.Request, prepared *client.Call) string {
	var (
		code    strings.Builder
		secrets variables
	)
	setUp, arguments := k.jsArguments(req, prepared, &secrets)
	code.WriteString("import { epilot } from '@epilot/sdk'\n" + setUp[0] + "\n")
	if k.op.Security != openapi.Public {
		code.WriteString("epilot.authorize(() => process.env.EPILOT_TOKEN)\n")
	}
	code.WriteString(setUp[1])
	name := jsMember(camel(k.api.Name)) + jsMember(k.op.ID)
	fmt.Fprintf(&code, "const { data } = await epilot%s(%s)\n", name, layOut(arguments))
	secrets.warn(k.f.Out)
	return code.String()
}

// jsArguments returns the arguments of the call: parameters, body and configuration.
// setUp contains the imports and statements that must precede the call.
func (k *call) jsArguments(req *http.Request, prepared *client.Call, secrets *variables) (setUp [2]string, arguments []string) {
	arguments = []string{jsObject(k.jsParams(req, prepared.Params.Values(), secrets), ",")}
	contentType := ""
	if prepared.Body != nil && len(prepared.Body.Parts) > 0 {
		setUp[0], setUp[1] = jsForm(prepared.Body.Parts)
		arguments = append(arguments, "form")
	} else if prepared.Body != nil {
		var argument string
		argument, contentType = k.jsSent(prepared)
		if prepared.Body.Open != nil {
			setUp[0] = "import { openAsBlob } from 'node:fs'\n"
		}
		arguments = append(arguments, argument)
	}
	if config := k.jsConfig(req, prepared, contentType, secrets); config != "" {
		if len(arguments) == 1 {
			arguments = append(arguments, "null")
		}
		arguments = append(arguments, config)
	}
	for i, text := range arguments {
		if text == "" {
			arguments[i] = "null"
		}
	}
	return setUp, arguments
}

// layOut formats the arguments as in epilot's documentation.
func layOut(arguments []string) string {
	if len(arguments) == 1 && arguments[0] == "null" {
		return ""
	}
	if len(arguments) == 1 {
		return arguments[0]
	}
	var text strings.Builder
	for _, argument := range arguments {
		text.WriteString("\n  " + strings.ReplaceAll(argument, "\n", "\n  ") + ",")
	}
	return text.String() + "\n"
}

// jsConfig returns the configuration for what the SDK does not know or would do
// differently: the server, headers and query parameters.
func (k *call) jsConfig(req *http.Request, prepared *client.Call, contentType string, secrets *variables) string {
	var queries, members []string
	if base := k.elsewhere(prepared); base != "" {
		members = append(members, "baseURL: "+jsString(base))
	}
	headers := k.jsHeaders(req, prepared, contentType, secrets)
	for _, pair := range k.flags.Input.Queries {
		name, value, _ := strings.Cut(pair, "=")
		queries = append(queries, jsKey(name)+": "+secrets.javaScript(name, value, k.client.Redactor().Value(name, value)))
	}
	if len(headers) > 0 {
		members = append(members, "headers: { "+strings.Join(headers, ", ")+" }")
	}
	if len(queries) > 0 {
		members = append(members, "params: { "+strings.Join(queries, ", ")+" }")
	}
	shown := &url.URL{}
	if parsed, err := url.Parse(k.client.Redactor().URL(req.URL)); err == nil {
		shown = parsed
	}
	if query := jsQuery(shown, prepared.Params.Values(), k.flags.Input.Queries); query != "" {
		members = append(members, "paramsSerializer: { serialize: () => "+jsString(query)+" }")
	}
	return jsObject(members, "")
}

// jsForm returns the code that builds a form before the call.
func jsForm(parts []body.Part) (imports, statements string) {
	statements = "const form = new FormData()\n"
	for _, part := range parts {
		value := jsString(part.Text)
		if part.File != "" {
			imports = "import { openAsBlob } from 'node:fs'\n"
			value = "await openAsBlob(" + jsString(part.File) + ", { type: " + jsString(body.MediaTypeOf(part.File)) + " }), " + jsString(filepath.Base(part.File))
		}
		statements += "form.append(" + jsString(part.Name) + ", " + value + ")\n"
	}
	return imports, statements
}

// typedHeaders returns the headers on the command line, including the one of --org.
func (k *call) typedHeaders() []string { return k.client.TypedHeaders(k.flags.Input.Headers) }

// Where the SDK would send something else than this program, axios gets a string.

// jsParams returns the parameters as object properties. A cookie becomes a header in
// the configuration, because the SDK does not send it.
func (k *call) jsParams(req *http.Request, values []params.Value, secrets *variables) (members []string) {
	for _, value := range values {
		text := jsValue([]byte(value.JSON), "  ")
		switch {
		case value.In == "cookie":
			continue
		case convention.IsSecret(value.Name), k.client.Redactor().Text(value.JSON) != value.JSON:
			text = "process.env." + secrets.name(value.Name)
		case value.In == "header":
			text = jsHeader(req.Header.Get(value.Name))
		case !survives(value.JSON) && isScalar(value.JSON):
			text = jsString(value.JSON) // JavaScript would round the number
		}
		members = append(members, jsKey(value.Name)+": "+text)
	}
	return members
}

// jsHeader returns a header value: Node takes each character for a byte.
func jsHeader(value string) string {
	if strings.ContainsFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "Buffer.from(" + jsString(value) + ").toString('latin1')"
	}
	return jsString(value)
}

// jsQuery returns the query string if axios would write a different one, as for
// arrays, objects and repeated names. Otherwise it returns "".
func jsQuery(sent *url.URL, values []params.Value, typed []string) string {
	names := map[string]bool{}
	differs := false
	for _, value := range values {
		if value.In == "query" {
			differs = differs || !isScalar(value.JSON) || names[value.Name]
			names[value.Name] = true
		}
	}
	for _, pair := range typed {
		name, _, _ := strings.Cut(pair, "=")
		differs = differs || names[name]
		names[name] = true
	}
	if !differs {
		return ""
	}
	return sent.RawQuery
}

func isScalar(text string) bool {
	return !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[")
}

// survives reports whether JavaScript preserves a JSON text: no number is rounded,
// no name is an index, which would be sorted first, and no name is repeated.
func survives(text string) bool {
	dec := jsontext.NewDecoder(strings.NewReader(text))
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return dec.InputOffset() > 0 && strings.TrimSpace(text[dec.InputOffset():]) == ""
		}
		kind, length := dec.StackIndex(dec.StackDepth())
		isName := kind == '{' && length%2 == 1
		switch {
		case isName && (token.String() == "__proto__" || strings.Trim(token.String(), "0123456789") == "" && token.String() != ""):
			return false
		case token.Kind() == '0':
			number := jsontext.Value(token.String())
			if number.Canonicalize() != nil || string(number) != token.String() {
				return false
			}
		}
	}
}

// jsSent returns the body as an argument, and the Content-Type if axios would choose
// another.
func (k *call) jsSent(prepared *client.Call) (argument, contentType string) {
	payload := prepared.Body
	switch {
	case payload.Open != nil:
		return "await openAsBlob(" + jsString(strings.TrimPrefix(k.flags.Input.Data, "@")) + ")", payload.MediaType
	case !httpx.IsJSON(payload.MediaType) && utf8.Valid(payload.Bytes):
		return jsString(string(payload.Bytes)), payload.MediaType
	case !httpx.IsJSON(payload.MediaType):
		return "Buffer.from(" + jsString(base64.StdEncoding.EncodeToString(payload.Bytes)) + ", 'base64')", payload.MediaType
	}
	text := strings.TrimSpace(string(payload.Bytes))
	if isScalar(text) || !survives(text) {
		return jsString(text), payload.MediaType // axios sends a JSON string unchanged
	}
	contentType = payload.MediaType
	if contentType == "application/json" {
		contentType = ""
	}
	return jsValue(payload.Bytes, ""), contentType
}

// elsewhere returns the base URL if it differs from the definition's, else "".
func (k *call) elsewhere(prepared *client.Call) string {
	servers := k.op.Servers
	if len(servers) == 0 {
		servers = k.f.Catalog().Servers(k.api.Name)
	}
	base := strings.TrimRight(prepared.Server.String(), "/")
	if len(servers) > 0 && base == strings.TrimRight(servers[0], "/") {
		return ""
	}
	return base
}

// jsHeaders returns the headers that the SDK would not send by default: those of the
// profile, the command line, the body's type and cookies.
func (k *call) jsHeaders(req *http.Request, prepared *client.Call, contentType string, secrets *variables) []string {
	var members, names []string
	add := func(name, value string) {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			names = append(names, name)
			text := jsHeader(value)
			if shown := k.client.Redactor().Value(name, value); shown != value {
				text = secrets.javaScript(name, value, shown)
			}
			members = append(members, jsKey(name)+": "+text)
		}
	}
	for _, line := range k.typedHeaders() {
		add(httpx.CutHeader(line))
	}
	for _, name := range slices.Sorted(maps.Keys(prepared.Header)) {
		add(name, strings.Join(prepared.Header[name], ", "))
	}
	if contentType != "" {
		add("Content-Type", contentType)
	}
	for _, value := range prepared.Params.Values() {
		if value.In == "cookie" {
			add("Cookie", req.Header.Get("Cookie"))
		}
	}
	return members
}

// jsValue returns JSON as JavaScript in epilot's style: bare names, single quotes,
// two spaces per level. Text that is not JSON becomes a string.
func jsValue(text []byte, indent string) string {
	value, err := jsNext(jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)), indent)
	if err != nil {
		return jsString(string(text))
	}
	return value
}

func jsNext(dec *jsontext.Decoder, indent string) (string, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return "", err
	}
	switch token.Kind() {
	case '"':
		return jsString(token.String()), nil
	case '{', '[':
		return jsContainer(dec, token.Kind() == '{', indent)
	}
	return token.String(), nil
}

const inlineWidth = 60 // characters of an array that stays on one line

func jsContainer(dec *jsontext.Decoder, isObject bool, indent string) (string, error) {
	var members []string
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		name := ""
		if isObject {
			token, err := dec.ReadToken()
			if err != nil {
				return "", err
			}
			name = jsKey(token.String()) + ": "
		}
		value, err := jsNext(dec, indent+"  ")
		if err != nil {
			return "", err
		}
		members = append(members, name+value)
	}
	_, err := dec.ReadToken()
	open, end := "{", "}"
	if !isObject {
		open, end = "[", "]"
	}
	line := strings.Join(members, ", ")
	switch {
	case len(members) == 0 || !isObject && len(line) <= inlineWidth && !strings.Contains(line, "\n"):
		return open + line + end, err
	}
	inner := "\n" + indent + "  "
	return open + inner + strings.Join(members, ","+inner) + "\n" + indent + end, err
}

// jsObject returns an object with these properties, or "" if there are none.
func jsObject(members []string, last string) string {
	if len(members) == 0 {
		return ""
	}
	return "{\n  " + strings.Join(members, ",\n  ") + last + "\n}"
}

// jsString returns a string literal.
func jsString(text string) string {
	quoted := jsonx.Quote(text)
	bare := strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	return "'" + strings.ReplaceAll(bare, "'", `\'`) + "'"
}

// jsKey returns a property name, quoted unless it is an identifier.
func jsKey(name string) string {
	if isIdentifier(name) {
		return name
	}
	return jsString(name)
}

// jsMember returns the access to an object's property.
func jsMember(name string) string {
	if isIdentifier(name) {
		return "." + name
	}
	return "[" + jsString(name) + "]"
}

func isIdentifier(name string) bool {
	for i, r := range name {
		letter := r == '_' || r == '$' || 'a' <= r|0x20 && r|0x20 <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// camel returns the SDK's name of an API: accessToken for access-token.
func camel(name string) string {
	parts := strings.Split(name, "-")
	for i, word := range parts[1:] {
		if word != "" {
			parts[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(parts, "")
}
