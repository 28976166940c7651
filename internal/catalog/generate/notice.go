package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const noticeForm = `epilot, a command line for the epilot APIs

The facts in internal/catalog/facts are taken from the OpenAPI documents of an
npm package:

    package    %s
    version    %s
    licence    %s
    %s

Facts are the names, methods, paths, parameters, schemas, media types, response
codes, limits and servers of the APIs. No description or summary of those
documents is part of this program: the lines in internal/catalog/lines are its
own.
`

func writeNotice(o options) error {
	if o.notice == "" {
		return nil
	}
	text, err := notice(o.pack, filepath.Dir(filepath.Clean(o.from)))
	if err != nil {
		return err
	}
	return os.WriteFile(o.notice, []byte(text), 0o644)
}

// notice says where the facts come from, by what the package in that folder
// says of itself. A package other than the one that is meant is an error.
func notice(pack, folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", err
	}
	var about struct{ Name, Version, License string }
	if err := json.Unmarshal(text, &about); err != nil {
		return "", fmt.Errorf("package.json: %w", err)
	}
	if found := about.Name + "@" + about.Version; found != pack {
		return "", fmt.Errorf("%s holds %s, not %s", folder, found, pack)
	}
	licence, err := os.ReadFile(filepath.Join(folder, "LICENSE"))
	if err != nil {
		return "", err
	}
	holder := copyright(licence)
	if holder == "" {
		return "", fmt.Errorf("the licence of %s names no copyright holder", pack)
	}
	return fmt.Sprintf(noticeForm, about.Name, about.Version, about.License, holder), nil
}

// copyright is the line of a licence that names the holder.
func copyright(licence []byte) string {
	for line := range bytes.Lines(licence) {
		if text := strings.TrimSpace(string(line)); strings.HasPrefix(text, "Copyright ") {
			return text
		}
	}
	return ""
}
