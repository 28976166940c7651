package catalog

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// markDestroying marks the operations of destroyingMany.
func markDestroying(api *openapi.API) {
	ids := strings.Fields(idsOf(destroyingMany, api.Name))
	if len(ids) == 0 {
		return
	}
	for _, op := range api.Operations {
		op.DestroysMany = slices.Contains(ids, op.ID)
	}
}

// destroyingMany are the operations of built-in APIs that destroy many objects,
// an account, or what hangs on one object for many people. Each was reviewed by
// its description. One that deletes one object, or that can be undone, is not
// listed. There is a line for each API: its name, then the ids.
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
