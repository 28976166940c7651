package upgrade

import "golang.org/x/mod/semver"

// Compare is negative where a is older than b, by https://semver.org: without a
// leading "v". What is no version is older than any that is one.
func Compare(a, b string) int { return semver.Compare("v"+a, "v"+b) }

// IsVersion reports whether the text is the whole version of a release: three
// numbers, perhaps a prerelease, no build metadata. It is then fit for a URL.
func IsVersion(text string) bool {
	return text != "" && semver.Canonical("v"+text) == "v"+text
}
