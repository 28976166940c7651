package emulator_test

import (
	"slices"
	"strings"
)

// computes returns why an operation other than a GET changes no stored state, or
// "" if it changes something or is not listed. Operations that send a message,
// start a job whose result can be read, or store something on request are not listed.
func computes(api, operation string) string {
	for reason, list := range computing {
		for line := range strings.Lines(list) {
			words := strings.Fields(line)
			if len(words) > 0 && words[0] == api && slices.Contains(words[1:], operation) {
				return reason
			}
		}
	}
	return ""
}

// computing maps a reason to a list of operations; a line is an API and its
// operations. catalog.OnlyReads has those whose description says that they read.
var computing = map[string]string{
	"returns a signed or a sign-in URL": `
app createBundleUploadUrl createZipUploadUrl createLogoUploadUrl
blueprint-manifest uploadManifest
customer-portal prepareVisualizationExport ssoRedirect
email-settings connectOutlook`,

	"returns a token or a challenge": `
customer-portal identifyContact loginToPortalAsUser ssoLogin ssoLoginV3 ssoCallback
user beginPasskeyAuthentication beginDiscoverablePasskeyAuthentication beginPasskeyRegistration resolveDiscoverableCredential switchOrganization`,

	"checks or compares": `
blueprint-manifest detectPatchChanges
customer-portal validateToken canTriggerPortalFlow verifyDns
document validateTemplate
snapshot listDependencies
webhooks testOAuth`,

	"renders, previews or suggests": `
app resolveOptions
blueprint-manifest formatBlueprintDescription suggestBlueprintResources
customer-portal replaceECPTemplateVariables
document generateDocumentV2 convertDocument
email-template replaceVariables replaceVariablesAsync
event-catalog previewCustomEvent
integration-toolkit generateTypesPreview generateTypes suggestErpImportUseCases
journey generateDocument
pricing $computePrice
template-variables replaceTemplates replaceTemplatesV2`,

	"passes the request on to another system": `
app publicProxyPost publicProxyPut publicProxyPatch publicProxyDelete
customer-portal portalProxyExecute
integration-toolkit secureProxy managedCallExecute
pricing $searchExternalProducts $searchExternalProductRecommendations $searchProviders $searchStreets $getExternalCatalogProducts $getExternalCatalogProductRecommendations`,
}
