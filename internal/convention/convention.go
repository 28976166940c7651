// Package convention knows the names that APIs give to the same thing: the
// parameters of pages, the members that wrap a list, and secrets. It knows the
// flags of this program too, whose names no parameter can have as a flag.
package convention

import (
	"slices"
	"strings"
)

// SizeParams are parameters for the number of items on a page.
func SizeParams() []string {
	return []string{"size", "limit", "page_size", "pageSize", "per_page", "perPage", "max_results", "maxResults", "take"}
}

// OffsetParams are parameters for the number of items to skip.
func OffsetParams() []string { return []string{"from", "offset", "skip", "start"} }

// PageParams are parameters for the number of a page.
func PageParams() []string { return []string{"page", "page_number", "pageNumber"} }

// CursorParams are parameters that take what the previous response said. They
// come before OffsetParams where an operation has both: an offset may have a
// limit that a cursor does not have.
func CursorParams() []string {
	return []string{
		"cursor", "next_cursor", "nextCursor", "next_token", "nextToken",
		"page_token", "pageToken", "continuation_token", "continuationToken", "next", "marker", "x-ms-continuation",
	}
}

// SearchAfterParams are parameters that take the sort key of the last item.
func SearchAfterParams() []string { return []string{"search_after", "searchAfter"} }

// LastItemParams are parameters that take the id of the last item.
func LastItemParams() []string {
	return []string{"starting_after", "startingAfter", "after_id", "afterId"}
}

// Cursors are members of a response for a parameter that takes a cursor, which
// may be named as the parameter. Those that say "next" are surer than others.
func Cursors(param string) []string {
	names := []string{
		"next_cursor", "nextCursor", "next_token", "nextToken", "next_page_token", "nextPageToken",
		"next_continuation_token", "nextContinuationToken", "next",
		"cursor", "continuation_token", "continuationToken", "end_cursor", "endCursor",
		"search_after", "after_key", "lastEvaluatedKey", "marker",
	}
	if param == "" {
		return names
	}
	return append(append(NextNames(param), names...), param)
}

// SortKeys are members of a response for SearchAfterParams.
func SortKeys() []string {
	return []string{"next_search_after", "sort_end", "search_after", "searchAfter"}
}

// NextNames are members of a response that hold the next value of a parameter:
// next_page and nextPage for page.
func NextNames(param string) []string {
	return []string{"next_" + param, "next" + upperFirst(param)}
}

func upperFirst(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return string(text[0]-'a'+'A') + text[1:]
}

// NextURLs are members of a response that hold the URL of the next page.
func NextURLs() []string {
	return []string{"next_url", "nextUrl", "next_page_url", "nextPageUrl", "next_link", "nextLink", "@odata.nextLink"}
}

// MoreFlags are members of a response that say whether there are more items.
func MoreFlags() []string {
	return []string{"has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage", "isTruncated", "is_truncated"}
}

// Totals are members of a response that hold the number of all items.
func Totals() []string {
	return []string{
		"total", "hits", "total_count", "totalCount", "total_results", "totalResults",
		"totalItems", "total_items", "totalElements", "count",
	}
}

// PageNumbers are members of a response that hold the number of its page.
func PageNumbers() []string {
	return []string{"page", "page_number", "pageNumber", "current_page", "currentPage", "page_index", "pageIndex", "number"}
}

// PageObjects are members of a response that hold the others of a page.
func PageObjects() []string {
	return []string{
		"pagination", "meta", "_meta", "paging", "page", "page_info", "pageInfo", "cursors",
		"response_metadata", "links", "_links", "link",
	}
}

// PageMembers are members of a response that belong to one page, not to the list
// of all of them.
func PageMembers() []string {
	return slices.Concat(Cursors(""), SortKeys(), NextNames("page"), NextNames("offset"), NextURLs(), MoreFlags(), []string{"cursors"})
}

// ListWrappers are members of a response that hold its list, the likeliest
// first.
func ListWrappers() []string {
	return []string{"results", "data", "items", "entities", "hits"}
}

// IsListWrapper reports whether a member of this name holds a response's list.
func IsListWrapper(name string) bool { return slices.Contains(ListWrappers(), name) }

// IsSecret reports whether a header, parameter or field of this name holds a
// secret. Names are compared exactly, not by their parts: "token_type" and
// "next_token" hold no secret, and hiding them would make a printed request
// wrong. Case, separators ("apiKey", "api_key", "API-Key") and the prefix "X-"
// make no difference.
func IsSecret(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "x_") {
		name = name[len("x-"):]
	}
	return isSecret(strings.NewReplacer("-", "", "_", "", ".", "", " ", "", "$", "").Replace(name))
}

// isSecret knows the names in lower case without separators.
func isSecret(name string) bool {
	switch name {
	// HTTP (RFC 9110, RFC 6265), OAuth and OpenID Connect.
	case "authorization", "proxyauthorization", "cookie", "cookies", "cookie2", "setcookie", "setcookie2",
		"auth", "authtoken", "authorizationtoken", "authenticationtoken", "basicauth", "bearer", "bearertoken",
		"token", "accesstoken", "refreshtoken", "idtoken", "idtokenhint", "jwt", "jwttoken", "apitoken", "usertoken",
		"clientsecret", "clientassertion", "assertion", "samlresponse", "samlassertion", "codeverifier",
		"csrf", "csrftoken", "xsrf", "xsrftoken",
		// Headers and signed URLs of other services.
		"personalaccesstoken", "privatetoken", "deploytoken", "jobtoken", "servicetoken", "securitytoken",
		"vaulttoken", "gitlabtoken", "githubtoken", "shopifyaccesstoken", "epilottoken", "sastoken",
		"sig", "signature", "hubsignature", "hubsignature256", "amzsignature", "googsignature",
		"amzsecuritytoken", "amzcredential", "googcredential", "awsaccesskeyid", "awssecretaccesskey",
		"awssessiontoken", "accesskey", "accesskeyid", "secretaccesskey",
		// Passwords.
		"pwd", "passwd", "pass", "password", "passwords", "passphrase", "passcode", "passwordhash",
		"userpassword", "newpassword", "oldpassword", "currentpassword", "confirmpassword", "passwordconfirm",
		"passwordconfirmation", "temporarypassword", "onetimepassword", "smtppassword", "imappassword",
		"dbpassword", "databasepassword", "adminpassword", "testauthpassword",
		// Keys and shared secrets.
		"secret", "secrets", "appsecret", "apisecret", "authsecret", "sharedsecret", "signingsecret",
		"webhooksecret", "totpsecret", "secretstring", "secretvalue",
		"apikey", "apikeys", "appkey", "authkey", "secretkey", "privatekey", "signingkey", "encryptionkey",
		"sharedkey", "masterkey", "hmackey", "sshkey", "accountkey", "subscriptionkey",
		"ocpapimsubscriptionkey", "functionskey", "credential", "credentials",
		// Sessions and one-time secrets.
		"session", "sessionid", "sessionkey", "sessiontoken", "sessioncookie", "sid",
		"otp", "totp", "otpcode", "mfacode", "pin", "pincode",
		// Fields of epilot's APIs.
		"logintoken", "loginastoken", "invitetoken", "invitationtoken", "resettoken", "passwordresettoken",
		"passwordresettokenhash", "verificationtoken", "confirmationtoken", "confirmationlinktoken",
		"challengetoken", "tasktoken", "leasetoken", "resumetoken", "pipelinetoken",
		"sourceauthtoken", "destinationauthtoken", "targetauthtoken":
		return true
	}
	return false
}

// OwnFlags are the flags of this program that can stand behind an operation.
func OwnFlags() []string {
	return []string{
		"param", "data", "field", "header", "query", "include", "jsonata", "definition", "output", "columns", "csv-safe",
		"out-file", "all", "max-items", "page-size", "retry", "retry-max-wait", "retry-unsafe", "no-validate", "dry-run",
		"curl", "sdk", "yes", "map", "skeleton", "web",
		"until", "interval", "each", "each-format", "row", "parallel", "rate", "ordered", "stop-after", "journal", "failed", "empty", "body-from", "set",
		"token", "profile", "org", "server", "use-dev", "use-staging", "timeout", "allow-http", "json", "verbose", "quiet",
		"guided", "no-interactive", "help", "version",
	}
}
