// Command sbom writes the bill of materials of a built epilot, as CycloneDX 1.6
// (https://cyclonedx.org/docs/1.6/json): the modules that the Go linker says are
// in the binary. The same binary always gives the same text; what else is in an
// archive is not looked at.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("sbom", flag.ContinueOnError)
	version := flags.String("version", "", "the release's `version`, which the binary's build information lacks")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 || *version == "" {
		return fmt.Errorf("usage: sbom -version VERSION BINARY DOCUMENT")
	}
	info, err := buildinfo.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(describe(info, *version), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(flags.Arg(1), append(text, '\n'), 0o644)
}

// describe is the document: the program, the modules in it, and Go's own
// library.
func describe(info *debug.BuildInfo, version string) document {
	program := component{
		Type: "application", Name: "epilot", Version: version,
		Ref: purl(info.Main.Path, "v"+version), Licenses: []choice{{license{"MIT"}}},
	}
	program.Purl = program.Ref
	for _, setting := range info.Settings {
		program.Properties = append(program.Properties, property{"build:" + setting.Key, setting.Value})
	}
	made := document{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{Component: program}}
	uses := []string{}
	for _, c := range components(info) {
		made.Components = append(made.Components, c)
		uses = append(uses, c.Ref)
	}
	made.Dependencies = []dependency{{Ref: program.Ref, On: uses}}
	return made
}

func components(info *debug.BuildInfo) []component {
	found := []component{library("std", strings.TrimPrefix(info.GoVersion, "go"), "")}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		found = append(found, library(module.Path, module.Version, module.Sum))
	}
	return found
}

// library is a module. Its sum is that of go.sum, over the module's files and
// not over one file, so it is no hash in CycloneDX's sense.
func library(path, version, sum string) component {
	c := component{Type: "library", Name: path, Version: version, Ref: purl(path, version), Purl: purl(path, version)}
	if sum != "" {
		c.Properties = []property{{"go:sum", sum}}
	}
	return c
}

// purl is the package URL of a module
// (https://github.com/package-url/purl-spec/blob/main/types-doc/golang-definition.md).
func purl(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + strings.ReplaceAll(version, "+", "%2B")
}

// document is as much of a CycloneDX document as is written here.
type document struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Licenses   []choice   `json:"licenses,omitempty"`
	Purl       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

// choice is a licence by its SPDX id.
type choice struct {
	License license `json:"license"`
}

type license struct {
	ID string `json:"id"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}
