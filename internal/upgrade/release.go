package upgrade

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/jedisct1/go-minisign"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

const (
	sumsName      = "checksums.txt"
	signatureName = sumsName + ".minisig"

	mostSums      = 1 << 20 // bytes
	mostSignature = 16 << 10

	signedFor = "trusted comment: epilot " // text before the version
)

// Release is a signed version with the checksums of its files.
type Release struct {
	Version string // as in "1.4.0-rc.1"
	feed    *Feed
	sums    string // lines of a SHA-256 in hex, two spaces and a file name
}

// Latest returns the latest release of the feed. Errors are of kind Network,
// including a signature not made by the release key.
func (f *Feed) Latest(ctx context.Context) (*Release, error) {
	release, err := f.release(ctx, "latest/download")
	if err == nil && IsPrerelease(release.Version) {
		return nil, failure.New(failure.Network, "the release feed offers the prerelease %s as the latest release", release.Version).
			Hintf("to install it anyway, run: epilot upgrade %s", release.Version)
	}
	return release, err
}

// Find returns the release of a version. Errors are those of Latest; a version that
// IsVersion rejects is an error of kind Usage.
func (f *Feed) Find(ctx context.Context, version string) (*Release, error) {
	if err := CheckVersion(version); err != nil {
		return nil, err
	}
	release, err := f.release(ctx, folderOf(version))
	if err == nil && release.Version != version {
		return nil, untrusted("the release feed returned release %s for %s", release.Version, version)
	}
	return release, err
}

// CheckVersion rejects text that is not a version. Errors are of kind Usage.
func CheckVersion(text string) error {
	if IsVersion(text) {
		return nil
	}
	return failure.New(failure.Usage, "%q is not a version", text).Hintf("for example: epilot upgrade 1.4.0")
}

func folderOf(version string) string { return "download/v" + version }

// release reads the signature first: it names its version, and the checksums of
// exactly that version must have been signed. A feed that changes between the two
// requests thus does no harm.
func (f *Feed) release(ctx context.Context, folder string) (*Release, error) {
	text, err := f.text(ctx, folder+"/"+signatureName, mostSignature)
	if err != nil {
		return nil, err
	}
	signature, err := minisign.DecodeSignature(string(text))
	if err != nil {
		return nil, untrusted("%s of the release feed is not a minisign signature", signatureName)
	}
	version, isOurs := strings.CutPrefix(signature.TrustedComment, signedFor)
	if !isOurs || !IsVersion(version) {
		return nil, untrusted("%s of the release feed has no version of epilot", signatureName)
	}
	sums, err := f.text(ctx, folderOf(version)+"/"+sumsName, mostSums)
	if err != nil {
		return nil, err
	}
	// This also verifies the trusted comment: an older release cannot be served as a
	// newer one.
	if ok, err := f.key.Verify(sums, signature); !ok || err != nil {
		return nil, untrusted("the signature of release %s is not valid", version)
	}
	return &Release{Version: version, feed: f, sums: string(sums)}, nil
}

// archive returns the file name and the SHA-256 of the archive for a GOOS and
// GOARCH.
func (r *Release) archive(system, machine string) (name string, sum []byte, err error) {
	name = "epilot_" + r.Version + "_" + system + "_" + machine
	if system == "windows" {
		name += ".zip"
	} else {
		name += ".tar.gz"
	}
	for line := range strings.Lines(r.sums) {
		digits, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if file != name {
			continue
		}
		if sum, err := hex.DecodeString(digits); err == nil && len(sum) == 32 {
			return name, sum, nil
		}
		return "", nil, untrusted("%s of release %s has no valid checksum of %s", sumsName, r.Version, name)
	}
	return "", nil, failure.New(failure.Network, "release %s has no program for %s on %s", r.Version, system, machine).
		Hintf("build it from source, or ask for another version: epilot upgrade <version>")
}

func untrusted(format string, args ...any) error {
	return failure.New(failure.Network, format, args...).
		Hintf("nothing was changed; try again later, and do not install that release by hand")
}

// text fetches a small file.
func (f *Feed) text(ctx context.Context, path string, most int64) ([]byte, error) {
	file, err := f.get(ctx, path, most)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// incoming is a file being downloaded from the feed. It fails on a stall or if the
// file is too large. Its errors have a kind and a message.
type incoming struct {
	path      string
	size      int64 // -1 if the server does not say
	remaining int64 // bytes still allowed
	body      io.ReadCloser
	stall     time.Duration
	timer     *time.Timer
	ctx       context.Context
	end       context.CancelCauseFunc
}

// get requests a file below the feed's address.
func (f *Feed) get(ctx context.Context, path string, most int64) (*incoming, error) {
	ctx, end := context.WithCancelCause(ctx)
	in := &incoming{path: path, remaining: most, stall: f.stall, ctx: ctx, end: end}
	in.timer = time.AfterFunc(f.stall, func() {
		end(failure.New(failure.Network, "the release feed sent no data of %s for %s", path, f.stall).Hintf("try again later"))
	})
	if err := in.ask(f); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

func (in *incoming) ask(f *Feed) error {
	req, err := http.NewRequestWithContext(in.ctx, http.MethodGet, f.base.JoinPath(in.path).String(), http.NoBody)
	if err != nil {
		return failure.New(failure.Network, "cannot request %s from the release feed: %w", in.path, err)
	}
	// If a server declared the archive's compression as a content encoding, it would
	// be decompressed in transit and fail the checksum.
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := f.send.RoundTrip(req)
	if err != nil {
		return in.failed(err)
	}
	in.body, in.size = resp.Body, resp.ContentLength
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return failure.New(failure.Network, "the release feed has no %s", in.path).
			Hintf("the release may not exist; \"epilot upgrade --check\" shows the latest")
	case resp.StatusCode != http.StatusOK:
		return failure.New(failure.Network, "the release feed returned %d for %s", resp.StatusCode, in.path).
			Hintf("try again later")
	case in.size > in.remaining:
		return in.tooLong()
	}
	return nil
}

func (in *incoming) Read(p []byte) (int, error) {
	n, err := in.body.Read(p)
	in.timer.Reset(in.stall)
	if in.remaining -= int64(n); in.remaining < 0 {
		return 0, in.tooLong()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		failed := failure.Of(in.failed(err))
		err = failure.New(failed.Kind, "%s of the release feed is incomplete: %w", in.path, failed).
			Hintf("nothing was changed; try again")
	}
	return n, err
}

// failed prefers the reason for which we ended a request over the resulting error.
func (in *incoming) failed(err error) error {
	if cause := (*failure.Error)(nil); errors.As(context.Cause(in.ctx), &cause) {
		return cause
	}
	return transport.Classify(err)
}

func (in *incoming) tooLong() error {
	return untrusted("%s of the release feed is too long", in.path)
}

func (in *incoming) Close() error {
	in.timer.Stop()
	if in.body != nil {
		_ = in.body.Close() // already read
	}
	in.end(nil)
	return nil
}
