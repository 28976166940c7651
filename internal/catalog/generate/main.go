// Command generate makes the catalog's facts from the OpenAPI 3 documents of an
// npm package: one text for each API and an index of them. It reads each document
// twice, with the reader that the program itself uses and with kin-openapi, and
// refuses to write what the two do not agree on. The form of the texts is the
// business of package facts.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv(documentsVariable), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// documentsVariable names the definitions folder of an unpacked package, for
// whoever has no npm, no network or fetched it already.
const documentsVariable = "EPILOT_SDK_DEFINITIONS"

// options are the flags.
type options struct {
	pack, from, to, notice string
}

func readOptions(args []string, documents string, log io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&o.pack, "package", "", "npm `package@version` with a folder definitions, fetched with npm pack")
	flags.StringVar(&o.from, "from", documents, "`folder` of OpenAPI documents, one <api>.json, .yaml or .yml each, instead of fetching the package (default: "+documentsVariable+")")
	flags.StringVar(&o.to, "to", "", "`folder` for the facts; what else is in it is removed")
	flags.StringVar(&o.notice, "notice", "", "`file` that says where the facts come from")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.to == "" || o.from == "" && o.pack == "" || o.notice != "" && o.pack == "" {
		return o, fmt.Errorf("-to and -package are needed; without -notice, -from will do instead of -package")
	}
	return o, nil
}

func run(ctx context.Context, args []string, documents string, log io.Writer) error {
	o, err := readOptions(args, documents, log)
	if err != nil {
		return err
	}
	if o.from != "" {
		return generate(ctx, o, log)
	}
	temporary, err := os.MkdirTemp("", "epilot-generate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if o.from, err = fetch(ctx, o.pack, temporary); err != nil {
		return err
	}
	return generate(ctx, o, log)
}

// generate makes the facts, and the notice where one is wanted.
func generate(ctx context.Context, o options, log io.Writer) error {
	files, err := build(ctx, o.from, log)
	if err != nil {
		return err
	}
	if err := writeNotice(o); err != nil {
		return err
	}
	return atomicfile.WriteFolder(o.to, "*.txt", files)
}

// sources lists the documents of a folder by API name.
func sources(folder string) (map[string]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, entry := range entries {
		file := entry.Name()
		name := strings.TrimSuffix(file, filepath.Ext(file))
		if !isDocument(file) || strings.HasSuffix(name, "-runtime") {
			continue
		}
		if other, taken := found[name]; taken {
			return nil, fmt.Errorf("%s and %s describe the same API", other, file)
		}
		found[name] = filepath.Join(folder, file)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no document in %s", folder)
	}
	return found, nil
}

func isDocument(file string) bool {
	switch filepath.Ext(file) {
	case ".json", ".yaml", ".yml":
		return true
	}
	return false
}
