package acceptance

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// theMap runs the command line with --map --json and validates its output with
// docs/map.schema.json.
func theMap(t *testing.T, form string, words ...string) string {
	t.Helper()
	result := Process{}.Run(t.Context(), append(words, "--map", "--json")...)
	if result.Status != 0 || result.Stderr != "" || strings.Count(result.Stdout, "\n") != 1 {
		t.Fatalf("%q: status %d, %d lines, %s", words, result.Status, strings.Count(result.Stdout, "\n"), result.Stderr)
	}
	value, err := schema.Decode([]byte(result.Stdout))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range schema.Check(mapSchema(t, form), value, schema.Response) {
		t.Errorf("%q: %v", words, fault)
	}
	return result.Stdout
}

// mapSchema returns a definition of docs/map.schema.json as a component of an
// OpenAPI document.
func mapSchema(t *testing.T, name string) *openapi.Schema {
	t.Helper()
	text, err := os.ReadFile("../../docs/map.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Defs json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	defs := strings.ReplaceAll(string(file.Defs), "#/$defs/", "#/components/schemas/")
	api, err := reader.Parse("map", "map.json", []byte(`{"openapi":"3.1.0","paths":{"/x":{"get":{"operationId":"x"}}},"components":{"schemas":`+defs+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	return api.Components.Schema(name)
}

// TestMapIsWhole: every command, flag and operation of the program is in the map
// once.
func TestMapIsWhole(t *testing.T) {
	t.Parallel()
	text := theMap(t, "program")
	var m struct {
		Commands    []mappedCommand     `json:"commands"`
		GlobalFlags []mappedFlag        `json:"global_flags"`
		CallFlags   []mappedFlag        `json:"call_flags"`
		APIs        []cmdutil.MappedAPI `json:"apis"`
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	known := catalog.New(catalog.Options{})
	checkCommands(t, cmd.Commands(), m.Commands)
	if len(m.Commands) < 25 {
		t.Errorf("%d commands", len(m.Commands))
	}
	checkFlags(t, "global", cmdutil.GlobalCommand().PersistentFlags(), m.GlobalFlags)
	checkFlags(t, "call", cmdutil.CallCommand().PersistentFlags(), m.CallFlags)
	if len(m.APIs) != len(known.Names()) {
		t.Errorf("%d APIs", len(m.APIs))
	}
	operations := 0
	for i, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		operations += len(m.APIs[i].Operations)
		for j, op := range api.Operations {
			if got := m.APIs[i].Operations[j]; m.APIs[i].Name != name || got.OperationID != op.ID || got.Line == "" {
				t.Errorf("%s %s is %s %s %q in the map", name, op.ID, m.APIs[i].Name, got.OperationID, got.Line)
			}
		}
	}
	if operations != 1171 {
		t.Errorf("%d operations", operations)
	}
	if again := theMap(t, "program"); again != text {
		t.Error("the map is not the same twice")
	}
}

func checkCommands(t *testing.T, described help.Command, mapped []mappedCommand) {
	t.Helper()
	for _, below := range described.Below {
		checkCommands(t, below, mapped)
	}
	name := strings.TrimPrefix(described.Path, "epilot ")
	if described.Path == "epilot" || strings.Contains(described.Usage[0], "<command>") {
		return
	}
	i := slices.IndexFunc(mapped, func(c mappedCommand) bool { return c.Name == name })
	if i < 0 || mapped[i].Line == "" || !strings.HasPrefix(mapped[i].Usage, "epilot "+name) {
		t.Errorf("%s is not in the map", name)
		return
	}
	if flags := slices.DeleteFunc(slices.Clone(mapped[i].Flags), func(f mappedFlag) bool { return f.Name == "help" }); len(flags) != len(described.Flags) {
		t.Errorf("%s: %d flags in the map, %d in its help", name, len(flags), len(described.Flags))
	}
	for _, flag := range described.Flags {
		if strings.HasSuffix(flag.Name, " string") || strings.HasSuffix(flag.Name, " int") || strings.HasSuffix(flag.Name, " value") {
			t.Errorf("%s: %s does not say what its value is", name, flag.Name)
		}
		if !slices.ContainsFunc(mapped[i].Flags, func(m mappedFlag) bool { return strings.Contains(flag.Name, "--"+m.Name) && m.Line == flag.Line }) {
			t.Errorf("%s: %s is not in the map", name, flag.Name)
		}
	}
}

// The fields of the map used by these tests.
type (
	mappedCommand struct {
		Name, Usage, Line string
		Flags             []mappedFlag
	}
	mappedFlag struct{ Name, Line string }
)

// checkFlags finds each flag in the map. The map may contain more: --version belongs
// to the program.
func checkFlags(t *testing.T, where string, flags *pflag.FlagSet, mapped []mappedFlag) {
	t.Helper()
	flags.VisitAll(func(flag *pflag.Flag) {
		kind, line := cmdutil.FlagText(flag)
		if flag.NoOptDefVal == "" && (kind == "" || kind == "string" || strings.Contains(line, "`")) {
			t.Errorf("%s: --%s does not say what its value is", where, flag.Name)
		}
		found := slices.ContainsFunc(mapped, func(m mappedFlag) bool { return m.Name == flag.Name && m.Line == line })
		if found == flag.Hidden {
			t.Errorf("%s: --%s is in the map: %t", where, flag.Name, found)
		}
	})
}

// TestMapReferences: references of the complete map are in the map of that API, and
// references of that map are in itself.
func TestMapReferences(t *testing.T) {
	t.Parallel()
	reference := regexp.MustCompile(`"\$ref":"([^"#]*)#/components/schemas/([^"]+)"`)
	wanted := map[string][]string{} // API → names
	for _, match := range reference.FindAllStringSubmatch(theMap(t, "program"), -1) {
		wanted[match[1]] = append(wanted[match[1]], match[2])
	}
	if len(wanted) < 40 {
		t.Errorf("references to %d APIs", len(wanted))
	}
	for _, name := range catalog.New(catalog.Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkReferences(t, reference, wanted[name], theMap(t, "api", name))
		})
	}
	one := theMap(t, "api", "entity", "createEntity")
	if strings.Count(one, "operationId") != 1 || !strings.HasPrefix(one, `{"map_version":1,"name":"entity"`) {
		t.Errorf("the map of createEntity begins %.80s", one)
	}
	checkReferences(t, reference, nil, one)
}

func checkReferences(t *testing.T, reference *regexp.Regexp, wanted []string, text string) {
	t.Helper()
	var m cmdutil.MappedAPI
	var schemas map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(m.Components.Schemas, &schemas); err != nil {
		t.Fatal(err)
	}
	for _, match := range reference.FindAllStringSubmatch(text, -1) {
		wanted = append(wanted, match[2])
	}
	for _, pointer := range wanted {
		name, err := url.PathUnescape(pointer)
		if err != nil {
			t.Error(err)
		}
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		if schemas[name] == nil {
			t.Errorf("%s: there is no schema %s", m.Name, name)
		}
	}
}
