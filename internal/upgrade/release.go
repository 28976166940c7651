package upgrade

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/jedisct1/go-minisign"

	"github.com/epilot-cli/epilot/internal/failure"
)

const (
	sumsName      = "checksums.txt"
	signatureName = sumsName + ".minisig"

	mostSums      = 1 << 20 // bytes
	mostSignature = 16 << 10

	signedFor = "trusted comment: epilot " // what stands before the version
)

// Release is a version and the checksums of its files, signed.
type Release struct {
	Version string // as in "1.4.0-rc.1"
	feed    *Feed
	sums    string // lines of a SHA-256 in hex, two spaces and a file name
}

// Latest returns the release that the feed calls the latest one. Errors are of
// kind Network, also for a signature that is not the release key's.
func (f *Feed) Latest(ctx context.Context) (*Release, error) {
	return f.release(ctx, "latest/download")
}

// Find returns the release of that version. For errors see Latest; a version
// that IsVersion refuses is one of kind Usage.
func (f *Feed) Find(ctx context.Context, version string) (*Release, error) {
	if !IsVersion(version) {
		return nil, failure.New(failure.Usage, "%q is not a version", version).
			Hintf("give it as in: epilot upgrade 1.4.0")
	}
	release, err := f.release(ctx, folderOf(version))
	if err == nil && release.Version != version {
		return nil, untrusted("the feed has release %s under the name of %s", release.Version, version)
	}
	return release, err
}

func folderOf(version string) string { return "download/v" + version }

// release reads the signature first: it says which version it is for, and the
// checksums of just that one are what must have been signed. A feed that moves
// on between the two requests does no harm then.
func (f *Feed) release(ctx context.Context, folder string) (*Release, error) {
	text, err := f.text(ctx, folder+"/"+signatureName, mostSignature)
	if err != nil {
		return nil, err
	}
	signature, err := minisign.DecodeSignature(string(text))
	if err != nil {
		return nil, untrusted("%s of the release feed is no minisign signature", signatureName)
	}
	version, ours := strings.CutPrefix(signature.TrustedComment, signedFor)
	if !ours || !IsVersion(version) {
		return nil, untrusted("%s of the release feed names no version of epilot", signatureName)
	}
	sums, err := f.text(ctx, folderOf(version)+"/"+sumsName, mostSums)
	if err != nil {
		return nil, err
	}
	// This also covers the trusted comment: an older release cannot be given
	// out as a newer one.
	if ok, err := f.key.Verify(sums, signature); !ok || err != nil {
		return nil, untrusted("the signature of release %s is not valid", version)
	}
	return &Release{Version: version, feed: f, sums: string(sums)}, nil
}

// archive returns the name of the file for a system, in the words of GOOS and
// GOARCH, and its SHA-256.
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
