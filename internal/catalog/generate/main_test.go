package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const shop = `openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "https://shop.example"}]
paths:
  /x:
    get:
      operationId: buy
      servers: [{url: "https://buy.example"}]
      responses: {"200": {description: done}}
`

func TestRun(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "facts")
	put(t, from, "shop.yaml", shop)
	put(t, from, "shop-runtime.json", "{}")
	put(t, from, "notes.md", "none")
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, to, "gone.txt", "stale")
	if err := run(t.Context(), []string{"-from", from, "-to", to}, "", io.Discard); err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(to, "index.tsv"))
	if want := "shop\tShop\thttps://shop.example https://buy.example\n"; err != nil || string(index) != want {
		t.Errorf("index %q, want %q (%v)", index, want, err)
	}
	if _, err := os.Stat(filepath.Join(to, "gone.txt")); !os.IsNotExist(err) {
		t.Error("the facts of an API that is gone are kept")
	}
}

func TestInvalidDocuments(t *testing.T) {
	t.Parallel()
	invalid := strings.Replace(shop, `{description: done}`, `{}`, 1) // a response requires a description
	from := t.TempDir()
	put(t, from, "shop.yaml", invalid)
	var log bytes.Buffer
	if _, err := build(t.Context(), from, &log); err != nil || !strings.Contains(log.String(), "shop: not valid") {
		t.Errorf("an invalid document: %v, log %q", err, log.String())
	}
	put(t, from, "shop.json", "{}")
	if _, err := build(t.Context(), from, io.Discard); err == nil {
		t.Error("two documents may describe one API")
	}
	if _, err := build(t.Context(), t.TempDir(), io.Discard); err == nil {
		t.Error("an empty folder makes an empty catalog")
	}
}

func TestReadersThatDisagree(t *testing.T) {
	t.Parallel()
	from := t.TempDir()
	put(t, from, "shop.yaml", shop)
	api, _, err := convert(t.Context(), "shop", filepath.Join(from, "shop.yaml"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	api.Operations[0].Responses = nil
	if err := compare(t.Context(), api, []byte(shop), io.Discard); err == nil {
		t.Error("a response that was not read is not noticed")
	}
	api.Operations = nil
	if err := compare(t.Context(), api, []byte(shop), io.Discard); err == nil {
		t.Error("an operation that was not read is not noticed")
	}
}
