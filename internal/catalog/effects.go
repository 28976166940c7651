package catalog

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// OnlyReads reports whether a POST operation of a built-in API has no side effects,
// so that it can be retried like a GET. Each was reviewed by its description:
// operations that start a job, send something, store a result or call a partner's
// system are not listed.
func OnlyReads(api, operation string) bool { return listed(readingPosts, api, operation) }

// listed reports whether a list such as readingPosts contains the operation.
func listed(list, api, operation string) bool {
	for id := range strings.FieldsSeq(idsOf(list, api)) {
		if id == operation {
			return true
		}
	}
	return false
}

// idsOf returns the listed operation IDs of an API.
func idsOf(list, api string) string {
	_, rest, found := strings.Cut(list, "\n"+api+" ")
	if !found {
		return ""
	}
	ids, _, _ := strings.Cut(rest, "\n")
	return ids
}

// readingPosts has one line per API: its name, then the operation IDs.
const readingPosts = `
address availabilityCheck
app queryEvents
audit-logs getLogs
automation batchGetFlows searchExecutions
calendar searchAbsence searchNowAbsence
configuration-hub compareConfigs suggestMatches
customer-portal getSearchResultsForOpportunities getContractWithTemplates getPortalUserEntity searchPortalUserEntities getEntityPortalWorkflowsBatch getMeterReadings listEmailTemplateReferences interpolatePortalPages getRecipientsToNotifyOnAutomation checkContactExists checkContactExistsV3 checkAccountExists validateCaaRecords validateCaaRecordsV3
data-governance queryEntities
deduplication detectDuplicates
document getTemplateMeta
entity searchEntities listEntities queryEntityGraph validateEntity validateEntityV2 taxonomiesClassificationsSearch
entity-mapping searchConfigs
event-catalog searchEventHistory searchEventHistoryV2
file downloadFiles downloadS3File previewS3File verifyCustomDownloadUrl
iban validateIban
integration-toolkit simulateMapping simulateMappingV2 simulateDirect queryEvents queryInboundMonitoringEvents queryOutboundMonitoringEvents queryMonitoringEventsV2 queryAccessLogs getMonitoringStats getMonitoringStatsV2 getMonitoringTimeSeries getMonitoringTimeSeriesV2
journey searchJourneys
kanban executeFlowsQuery
message searchMessages getUnreadCounts searchThreads searchThreadsV2 searchIds getAssigneeWorkload
notes searchNotesByContext
partner-directory searchAssignable batchGetAssignable searchGeolocationForText
permissions searchRoles
pricing $calculatePricingDetails $searchCatalog $privateSearchCatalog $validatePromoCodes $availabilityCheck $productRecommendations $resolveConditionalEntity $listConditionalVariants $getConditionalVariantTree
purpose batchGetPurposes
query executeEntitiesQuery executeWorkflowsQuery executeAutomationQuery executeQuery executeQueryV2
sharing searchPartnerSharingConfigurations
targeting matchCampaigns discoverCampaigns matchTargets getTargetQueries
template-variables searchVariables getVariableContext searchCustomVariables
webhooks getWebhookEventsV2 getWebhookExample
workflow searchExecutions searchSteps searchFlowExecutions
`

// markDestroying marks the operations in destroyingMany.
func markDestroying(api *openapi.API) {
	ids := strings.Fields(idsOf(destroyingMany, api.Name))
	if len(ids) == 0 {
		return
	}
	for _, op := range api.Operations {
		op.DestroysMany = slices.Contains(ids, op.ID)
	}
}

// destroyingMany lists the operations of built-in APIs that destroy many objects, an
// account, or one object that many people depend on. Each was reviewed by its
// description. Operations that delete a single object or can be undone are not
// listed. There is one line per API: its name, then the operation IDs.
const destroyingMany = `
app deleteConfiguration
blueprint-manifest bulkDeleteBlueprintResources restoreBlueprintDeploymentV3
calendar deleteCalendar
configuration-hub createDeleteJob
customer-portal deletePortal deletePortalConfig deletePortalUser
data-governance createJobForConfig
deduplication deduplicate deduplicateAsync
entity wipeAllEntities deleteSchema deleteTaxonomy bulkDeleteClassifications bulkMergeClassifications
integration-toolkit deleteIntegration deleteIntegrationV2
message threadBulkActionsDelete
partner-directory deletePartnerUser
pricing $batchDeleteConditionalVariants
sharing deleteSharingConfiguration
snapshot restoreSnapshot
user deleteUserV2
`
