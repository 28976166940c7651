package cmd

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/catalog/openapi"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// theMap runs the line with --map --json and checks what it writes against
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

// mapSchema is a definition of docs/map.schema.json, read as a component of an
// OpenAPI document.
func mapSchema(t *testing.T, name string) *operation.Schema {
	t.Helper()
	text, err := os.ReadFile("../docs/map.schema.json")
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
	api, err := openapi.Parse("map", "map.json", []byte(`{"openapi":"3.1.0","paths":{"/x":{"get":{"operationId":"x"}}},"components":{"schemas":`+defs+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	return api.Components.Schema(name)
}

// TestMapIsWhole: every command, every flag and every operation that the
// program has stands in the map once.
func TestMapIsWhole(t *testing.T) {
	t.Parallel()
	text := theMap(t, "program")
	var m struct {
		programMap
		APIs []mappedAPI `json:"apis"`
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	root, o := newRootCmd(newApp(), []string{"no such command"})
	checkCommands(t, root, m.Commands)
	if len(m.Commands) < 25 {
		t.Errorf("%d commands", len(m.Commands))
	}
	checkFlags(t, "global", root.PersistentFlags(), m.GlobalFlags)
	checkFlags(t, "call", callFlagSet(), m.CallFlags)
	known := catalog.New(catalog.Options{})
	if len(m.APIs) != len(o.catalog.Names()) {
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

func checkCommands(t *testing.T, root *cobra.Command, mapped []mappedCommand) {
	t.Helper()
	for _, group := range root.Commands() {
		leaves := group.Commands()
		if len(leaves) == 0 || !strings.Contains(group.Use, "<command>") {
			leaves = append(leaves, group)
		}
		for _, leaf := range leaves {
			name := strings.TrimPrefix(leaf.CommandPath(), root.Name()+" ")
			i := slices.IndexFunc(mapped, func(c mappedCommand) bool { return c.Name == name })
			if i < 0 || mapped[i].Line == "" || !strings.HasPrefix(mapped[i].Usage, "epilot "+name) {
				t.Errorf("%s is not in the map", name)
				continue
			}
			checkFlags(t, name, leaf.Flags(), mapped[i].Flags)
		}
	}
}

func checkFlags(t *testing.T, where string, flags *pflag.FlagSet, mapped []mappedFlag) {
	t.Helper()
	known := map[string]*pflag.Flag{}
	flags.VisitAll(func(flag *pflag.Flag) {
		known[flag.Name] = flag
		found := slices.ContainsFunc(mapped, func(m mappedFlag) bool {
			return m.Name == flag.Name && m.Shorthand == flag.Shorthand && m.Line == flag.Usage
		})
		if found == flag.Hidden {
			t.Errorf("%s: --%s is in the map: %t", where, flag.Name, found)
		}
	})
	for _, m := range mapped {
		if known[m.Name] == nil {
			t.Errorf("%s: there is no --%s", where, m.Name)
		}
	}
}

// TestMapReferences: what the whole map refers to is in the map of that API,
// and what that one refers to is in it.
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
	var m mappedAPI
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
