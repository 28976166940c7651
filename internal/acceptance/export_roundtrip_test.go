package acceptance

import (
	"fmt"
	"mime"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// export is a call and the destinations of its three forms.
type export struct {
	*plannedCall
	name            string
	secured         bool   // otherwise node would still have another program's token
	sent, curl, sdk string // path prefixes
}

// TestExportsSendTheSame calls every tenth operation of the catalog, or every one if
// EPILOT_TEST_ALL is set, with all parameters and a complete body: the command of
// --curl in bash and the program of --sdk in node send the same request.
// EPILOT_SDK_MODULES names a folder with a node_modules that has @epilot/sdk.
func TestExportsSendTheSame(t *testing.T) {
	t.Parallel()
	needsLoad(t, "starts curl for a tenth of all operations")
	modules := os.Getenv("EPILOT_SDK_MODULES")
	if modules == "" {
		t.Skip("EPILOT_SDK_MODULES does not name a folder with @epilot/sdk")
	}
	server := newReceiver(t)
	folder, err := os.MkdirTemp(modules, "exports")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	exports := writeExports(t, server, folder)
	runExports(t, folder, exports)
	for _, e := range exports {
		want := server.take(e.sent)
		for how, prefix := range map[string]string{"--curl": e.curl, "--sdk": e.sdk} {
			if wrong := e.differ(want, server.take(prefix)); wrong != "" {
				t.Errorf("%s %s: %s", e.name, how, wrong)
			}
		}
	}
	t.Logf("%d operations", len(exports))
}

// runExports runs all commands in bash, and all programs in a single node process.
func runExports(t *testing.T, folder string, exports []*export) {
	t.Helper()
	env := append(os.Environ(), "EPILOT_TOKEN=token-of-the-test", "NO_PROXY=*")
	for _, e := range exports {
		for _, a := range e.arguments {
			if text, isText := a.value.(string); isText && convention.IsSecret(a.name) { // exports read it from a variable
				env = append(env, strings.ToUpper(a.name)+"="+text)
			}
		}
	}
	const modules = `import fs from 'node:fs'
for (const f of fs.readdirSync('.').filter(f => f.endsWith('.mjs') && f !== 'all.mjs'))
  await import('./' + f).catch(e => console.log(f, e.message))
`
	if err := os.WriteFile(filepath.Join(folder, "all.mjs"), []byte(modules), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []*exec.Cmd{
		exec.Command("bash", "-c", "for f in *.sh; do bash $f >/dev/null 2>err || { echo $f; cat err; }; done"),
		exec.Command("node", "all.mjs"),
	} {
		cmd.Dir, cmd.Env = folder, env
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", cmd.Path, err, out)
		}
	}
}

// lacking are operations that the SDK names but does not send.
var lacking = []string{
	"$listConditionalVariants", "$getConditionalVariantTree", "$listConditionalVariantVersions",
	"$batchUpsertConditionalVariants", "$batchDeleteConditionalVariants",
}

// writeExports makes each call and writes its two exports into the folder.
func writeExports(t *testing.T, server *receiver, folder string) (exports []*export) {
	t.Helper()
	known := catalog.New(catalog.Options{})
	env := map[string]string{"HOME": t.TempDir(), "EPILOT_TOKEN": "token-of-the-test"}
	for _, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		promised := promises(t, api)
		for i, op := range api.Operations {
			if i%10 != 0 && !everything() || slices.Contains(lacking, op.ID) {
				continue
			}
			e := &export{plannedCall: planCall(api.Name, op.Load(), promised[op.ID], manner{all: true, text: hostile}), name: api.Name + " " + op.ID, secured: op.Load().Security == openapi.Required}
			for _, way := range []struct {
				prefix    *string
				flag, end string
			}{{&e.sent, "", ""}, {&e.curl, "--curl", ".sh"}, {&e.sdk, "--sdk", ".mjs"}} {
				*way.prefix = server.prefix()
				args := append(slices.Clone(e.args), "--yes", "--server", server.url+*way.prefix)
				if way.flag != "" {
					args = append(args, way.flag)
				}
				result := Process{Env: env, Stdin: e.stdin}.Run(t.Context(), args...)
				if result.Status != 0 {
					t.Fatalf("%s %s: %s", e.name, way.flag, result.Stderr)
				}
				if way.end != "" {
					file := filepath.Join(folder, fmt.Sprintf("%05d%s", len(exports), way.end))
					if err := os.WriteFile(file, []byte(result.Stdout), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			exports = append(exports, e)
		}
	}
	return exports
}

// differ describes how the request of an export differs from the program's.
func (e *export) differ(sent, exported []arrival) string {
	if len(sent) != 1 || len(exported) != 1 {
		return fmt.Sprintf("%d requests of the program, %d of the export", len(sent), len(exported))
	}
	want, got := e.essence(sent[0]), e.essence(exported[0])
	for _, part := range []string{"method", "path", "query", "headers", "body"} {
		if !reflect.DeepEqual(want[part], got[part]) {
			return fmt.Sprintf("%s\n\t got %v\n\twant %v", part, got[part], want[part])
		}
	}
	return ""
}

// essence returns what a server reads from a request, however it is encoded.
func (e *export) essence(a arrival) map[string]any {
	path, _ := url.PathUnescape(a.path)
	pairs := strings.Split(a.query, "&")
	for i, pair := range pairs {
		pairs[i], _ = url.QueryUnescape(pair)
	}
	slices.Sort(pairs)
	mediaType, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	if a.body == "" {
		mediaType = "" // axios always sends one
	}
	headers := map[string]string{"Content-Type": mediaType, "Cookie": a.header.Get("Cookie")}
	if e.secured {
		headers["Authorization"] = a.header.Get("Authorization")
	}
	for _, argument := range e.arguments {
		if argument.in == "header" {
			headers[argument.name] = a.header.Get(argument.name)
		}
	}
	body := any(a.body)
	switch {
	case e.mediaType == formType:
		body = unformed(a).body
	case strings.HasSuffix(mediaType, "json"):
		body = decoded(a.body)
	}
	return map[string]any{"method": a.method, "path": path, "query": pairs, "headers": headers, "body": body}
}
