// Package convention lists the names that APIs use for common concepts: page
// parameters, list wrappers and secrets. It also lists this program's own flags,
// whose names cannot be used for parameter flags.
package convention

import (
	"slices"
	"strings"
)

// SizeParams are parameters that set the number of items per page.
func SizeParams() []string {
	return []string{"size", "limit", "page_size", "pageSize", "per_page", "perPage", "max_results", "maxResults", "take"}
}

// OffsetParams are parameters that set the number of items to skip.
func OffsetParams() []string { return []string{"from", "offset", "skip", "start"} }

// PageParams are parameters that set the page number.
func PageParams() []string { return []string{"page", "page_number", "pageNumber"} }

// CursorParams are parameters that take a value from the previous response. They are
// preferred over OffsetParams when an operation has both, because offsets are often
// limited.
func CursorParams() []string {
	return []string{
		"cursor", "next_cursor", "nextCursor", "next_token", "nextToken",
		"page_token", "pageToken", "continuation_token", "continuationToken", "next", "marker", "x-ms-continuation",
	}
}

// AfterParams are cursor parameters that are considered last: in some APIs, they are
// dates.
func AfterParams() []string { return []string{"after"} }

// SearchAfterParams are parameters that take the sort key of the last item.
func SearchAfterParams() []string { return []string{"search_after", "searchAfter"} }

// LastItemParams are parameters that take the ID of the last item.
func LastItemParams() []string {
	return []string{"starting_after", "startingAfter", "after_id", "afterId"}
}

// Cursors are response members that contain the next value of a cursor parameter;
// they include the parameter's own name. Names with "next" come first because they
// are the most reliable.
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

// SortKeys are response members that contain the value for SearchAfterParams.
func SortKeys() []string {
	return []string{"next_search_after", "sort_end", "search_after", "searchAfter"}
}

// NextNames are response members that contain the next value of a parameter:
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

// NextURLs are response members that contain the URL of the next page.
func NextURLs() []string {
	return []string{"next_url", "nextUrl", "next_page_url", "nextPageUrl", "next_link", "nextLink", "@odata.nextLink"}
}

// MoreFlags are response members that report whether there are more items.
func MoreFlags() []string {
	return []string{"has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage", "isTruncated", "is_truncated"}
}

// Totals are response members that contain the total number of items.
func Totals() []string {
	return []string{
		"total", "hits", "total_count", "totalCount", "total_results", "totalResults",
		"totalItems", "total_items", "totalElements", "totalHits", "total_hits", "count",
	}
}

// PageNumbers are response members that contain the page number.
func PageNumbers() []string {
	return []string{"page", "page_number", "pageNumber", "current_page", "currentPage", "page_index", "pageIndex", "number"}
}

// PageObjects are response members that group the other page members.
func PageObjects() []string {
	return append([]string{
		"pagination", "meta", "_meta", "paging", "page", "page_info", "pageInfo", "cursors", "response_metadata",
	}, LinkObjects()...)
}

// LinkObjects are response members that contain links to other pages.
func LinkObjects() []string { return []string{"links", "_links", "link"} }

// PageMembers are response members that describe one page rather than the complete
// list.
func PageMembers() []string {
	return slices.Concat(Cursors(""), SortKeys(), NextNames("page"), NextNames("offset"), NextURLs(), MoreFlags(), []string{"cursors"})
}

// ListWrappers are response members that contain the list, most likely first.
func ListWrappers() []string {
	return []string{"results", "data", "items", "entities", "hits"}
}

// IsListWrapper reports whether a response member of this name contains the list.
func IsListWrapper(name string) bool { return slices.Contains(ListWrappers(), name) }

// ListFinder finds the list in a response. It sees the members of an object in their
// order, so that a reader can stream: the first list in a wrapper is the list. An
// object with an ID before it is an item itself. The zero value is ready for use.
type ListFinder struct {
	IsItem bool // the object has an ID
}

// Role is what a member of a response is to its list.
type Role int

// The roles.
const (
	Other Role = iota
	List
	Wrapper // an object: a new ListFinder for its members finds the list, if it has one
)

// Member returns the role of the next member, whose value starts with first.
func (f *ListFinder) Member(name string, first byte) Role {
	f.IsItem = f.IsItem || name == "id" || name == "_id"
	switch {
	case f.IsItem || !IsListWrapper(name):
	case first == '[':
		return List
	case first == '{':
		return Wrapper
	}
	return Other
}

// IsSecret reports whether a header, parameter or field of this name contains a
// secret. Names are compared in full, not by substring: "token_type" and
// "next_token" are not secrets, and redacting them would make a printed request
// wrong. Case, separators ("apiKey", "api_key", "API-Key") and the prefix "X-" are
// ignored.
func IsSecret(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "x_") {
		name = name[len("x-"):]
	}
	return isSecret(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. $", r) {
			return -1
		}
		return r
	}, name))
}

// isSecret expects a lower-case name without separators.
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

// OwnFlags are this program's flags that can follow an operation.
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
