package catalog

import "strings"

// OnlyReads reports whether a POST operation of a built-in API changes nothing,
// so that it can be retried like a GET. Each was reviewed by its description:
// what starts a job, sends something, stores a result or asks a partner's system
// is not on the list.
func OnlyReads(api, operation string) bool { return listed(readingPosts, api, operation) }

// listed reports whether a list such as readingPosts has the operation.
func listed(list, api, operation string) bool {
	for id := range strings.FieldsSeq(idsOf(list, api)) {
		if id == operation {
			return true
		}
	}
	return false
}

// idsOf are the ids that the list has for an API.
func idsOf(list, api string) string {
	_, rest, found := strings.Cut(list, "\n"+api+" ")
	if !found {
		return ""
	}
	ids, _, _ := strings.Cut(rest, "\n")
	return ids
}

// readingPosts has a line for each API: its name, then the ids of the operations.
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
