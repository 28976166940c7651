package emulator

import (
	"net/http"
	"strings"
)

// insidePrefix begins the paths that are the emulator's own; no API has one.
const insidePrefix = "/_"

// inside answers what is about the emulator itself. It needs no token, and no
// fault reaches it.
func (e *Emulator) inside(c *call) (*answer, error) {
	path := c.request.URL.Path
	if path == redirectTarget {
		return &answer{status: http.StatusOK, mediaType: "text/plain", body: []byte("sample")}, nil
	}
	if path != insidePrefix+"health" && path != insidePrefix+"routes" {
		return nil, refuse(http.StatusNotFound, "the local epilot has no %s; it has /_health and /_routes", path)
	}
	if c.request.Method != http.MethodGet && c.request.Method != http.MethodHead {
		return nil, refuse(http.StatusMethodNotAllowed, "%s is not allowed on %s; allowed: GET, HEAD", c.request.Method, path).
			with("Allow", "GET, HEAD")
	}
	if strings.HasSuffix(path, "health") {
		return jsonAnswer(http.StatusOK, health{"ok", e.options.Version, len(e.options.Names)})
	}
	return e.listRoutes(c.request.URL.Query().Get("api"))
}

// health says that the emulator answers.
type health struct {
	Status  string `json:"status"`
	Version string `json:"version,omitempty"`
	APIs    int    `json:"apis"`
}

// listed is an operation in the list of routes.
type listed struct {
	API       string `json:"api"`
	Operation string `json:"operationId"`
	Method    string `json:"method"`
	Path      string `json:"path"`
}

// listRoutes lists the operations of one API, or of all for "".
func (e *Emulator) listRoutes(only string) (*answer, error) {
	list := []listed{}
	for _, name := range e.options.Names {
		if only != "" && name != only {
			continue
		}
		api, err := e.options.APIs(name)
		if err != nil {
			return nil, err
		}
		for _, op := range api.Operations {
			list = append(list, listed{name, op.ID, op.Method, op.Path})
		}
	}
	if only != "" && len(list) == 0 {
		return nil, refuse(http.StatusNotFound, "no API has the name %q", only)
	}
	return jsonAnswer(http.StatusOK, list)
}
