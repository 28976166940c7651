package cmdutil

import (
	"context"
	"net/url"
	"runtime"
	"slices"

	"github.com/epilot-cli/epilot/internal/auth/browser"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// Browse opens an address in the browser. Without a terminal, or if no browser can
// be started, it prints the address.
func (f *Factory) Browse(address string) error {
	if f.Streams.OutTTY && !f.Flags.JSON && !IsOn(f.Getenv("CI")) {
		desktop := browser.Desktop{OS: runtime.GOOS, Getenv: f.Getenv}
		if err := desktop.Open(address); err == nil {
			f.Out.Note("opening %s", address)
			return nil
		}
	}
	return f.ShowLine(map[string]string{"url": address}, address)
}

// BrowseDocs opens the documentation of an API, or of one of its operations if id is
// not "". Errors are of kind Usage if epilot does not document it.
func (f *Factory) BrowseDocs(ctx context.Context, api, id string) error {
	if !slices.Contains(f.Catalog().Names(), api) {
		return failure.New(failure.Usage, "epilot does not document the API %s", api).
			Hintf("\"epilot %s --help\" shows its definition", api)
	}
	if id == "" {
		return f.Browse(help.APIPage(api))
	}
	loaded, err := f.Catalog().Load(ctx, api, "")
	if err != nil {
		return err
	}
	op := loaded.Named(id)
	if op == nil {
		return UnknownOperation(loaded, id)
	}
	return f.Browse(help.OperationPage(api, op))
}

// Portal returns the base URL of the portal for the current stage, where users sign
// in and view their records.
func (f *Factory) Portal() (*url.URL, error) {
	const variable = "EPILOT_PORTAL_URL"
	if text := f.Getenv(variable); text != "" {
		server, err := client.ParseServer(text, variable)
		if err != nil {
			return nil, err
		}
		if server.URL == nil || server.URL.Scheme != "https" && !httpx.IsLoopback(server.URL.Hostname()) {
			return nil, failure.New(failure.Usage, "%s is not an https URL", variable).
				Hintf("plain http is for loopback; unset it to use epilot's own portal")
		}
		return server.URL, nil
	}
	stage, err := f.portalStage()
	if err != nil {
		return nil, err
	}
	host := "portal.epilot.cloud"
	if stage != "prod" {
		host = "portal." + stage + ".epilot.cloud"
	}
	return &url.URL{Scheme: "https", Host: host}, nil
}

// portalStage returns the stage of the profile, if the profile exists.
func (f *Factory) portalStage() (string, error) {
	store := f.Profiles()
	name, err := store.Chosen(f.Flags.Profile)
	if err != nil {
		return "", err
	}
	all, err := store.Profiles()
	if err != nil {
		return "", err
	}
	for _, profile := range all {
		if profile.Name == name {
			return store.Stage(profile, f.Flags.Stage())
		}
	}
	return store.Stage(nil, f.Flags.Stage())
}
