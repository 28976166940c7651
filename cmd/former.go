package cmd

import "slices"

// withoutAppAPI reads "app api <operationId>" as "app <operationId>": the
// official CLI has commands of its own below "app", and the API below these.
func withoutAppAPI(words []string) []string {
	if len(words) > 1 && words[0] == "app" && words[1] == "api" {
		return slices.Concat(words[:1], words[2:])
	}
	return words
}

// formerly is what an API is called now that had the name in older versions of
// the official CLI, "" for none. Its servers are others: no call follows by
// itself.
func formerly(name string) string {
	switch name {
	case "data-management":
		return "data-governance"
	case "erp-integration":
		return "integration-toolkit"
	}
	return ""
}
