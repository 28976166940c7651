// Actions, executions, users, roles, tokens and the organization.
import { setTimeout as sleep } from 'node:timers/promises';
import { api, call, rows, same, server, status, step, token } from './helper.mjs';

const entity = api('entity');
const uuid = '123e4567-e89b-12d3-a456-426614174001';

// G3: a new resource has a new ID.
for (const [name, operation, params, body, id] of [
  ['workflow', 'createExecution', null, () => ({ workflowId: 'wf1', trigger: 'MANUAL' }), 'id'],
  ['entity', 'createTaxonomyClassification', null, (n) => ({ slug: 'pv-' + n, name: 'PV' }), 'id'],
  ['entity', 'createSchemaAttribute', null, () => ({ name: 'colour', label: 'Colour', type: 'link' }), 'composite_id'],
  ['file', 'createUserSchemaFileCollection', { slug: 'contact' }, () => ({ name: 'Contracts' }), 'id'],
  ['deduplication', 'createUniquenessCriteria', null, (n) => ({ schema: 'g' + n, matchRules: [{ attributes: [{ attribute: 'email' }], confidence: 1 }] }), 'schema'],
]) {
  const ids = [(await call(name, operation, params, body(1)))[id], (await call(name, operation, params, body(2)))[id]];
  step(operation + ' makes a new ID', ids[0] && ids[0] !== ids[1], ids);
}
const schemas = [];
for (const slug of ['boat', 'ship']) schemas.push((await call('entity', 'putSchema', { slug }, { slug, name: slug, plural: slug + 's', capabilities: [], attributes: [] })).id);
step('putSchema makes a new ID', schemas[0] && schemas[0] !== schemas[1], schemas);

// Flows: an execution gets the phases and tasks of its template.
const flow = {
  name: 'Installation', phases: [{ id: 'p1', name: 'Plan' }], edges: [{ id: 'e1', from_id: 't1', to_id: 't2' }],
  tasks: [{ id: 't1', name: 'Call', phase_id: 'p1', task_type: 'MANUAL' }, { id: 't2', name: 'Visit', phase_id: 'p1', task_type: 'MANUAL' }],
};
const template = await call('workflow-definition', 'createFlowTemplate', null, flow);
const copy = await call('workflow-definition', 'duplicateFlowTemplate', { flowId: template.id });
const copied = await call('workflow-definition', 'getFlowTemplate', { flowId: copy.id });
step('a copy of a template has another ID', copy.id !== template.id, copy.id);
same('it has the tasks', copied.tasks.map((t) => t.name), ['Call', 'Visit']);
step('the response is the copy', copy.name.includes('Installation'), copy.name);
const context = { entity_id: uuid, entity_schema: 'opportunity' };
const execution = await call('workflow', 'startFlowExecution', null, { flow_template_id: template.id, contexts: [{ ...context, is_primary: true }] });
const running = () => call('workflow', 'getFlowExecution', { execution_id: execution.id });
same('the execution has the name of the template', execution.name, 'Installation');
same('and its tasks', (await running()).tasks.map((t) => [t.name, t.status]), [['Call', 'UNASSIGNED'], ['Visit', 'UNASSIGNED']]);
same('and its phases', (await running()).phases.map((p) => p.name), ['Plan']);
// G5: tasks and phases of an execution. G11: the response is not a sample.
const task = await call('workflow', 'patchTask', { execution_id: execution.id, task_id: 't1' }, { status: 'COMPLETED' });
same('patchTask returns the task', [task.id, task.status], ['t1', 'COMPLETED']);
same('a completed task stays so', (await running()).tasks.map((t) => t.status), ['COMPLETED', 'UNASSIGNED']);
await call('workflow', 'patchPhase', { execution_id: execution.id, phase_id: 'p1' }, { name: 'Plan it' });
same('a renamed phase stays so', (await running()).phases.map((p) => p.name), ['Plan it']);
await call('workflow', 'patchFlowExecution', { execution_id: execution.id }, { status: 'CLOSED' });
same('a closed execution stays so', (await running()).status, 'CLOSED');
const flows = async (id) => rows(await call('workflow', 'searchFlowExecutions', null, { ...context, entity_id: id })).map((e) => e.id);
same('a search by entity finds it', await flows(uuid), [execution.id]); // G7
same('another entity has none', await flows('123e4567-e89b-12d3-a456-426614174009'), []);
await call('workflow', 'deleteFlowExecution', { execution_id: execution.id });
same('a deleted execution returns 404', await status('workflow', 'getFlowExecution', { execution_id: execution.id }), 404);
// Workflows, and G5: their steps.
const work = await call('workflow', 'createExecution', null, { workflowId: 'wf2', trigger: 'MANUAL' });
const added = await call('workflow', 'createStep', { executionId: work.id }, { name: 'Sign', insertionIndex: 0 });
const place = { executionId: work.id, stepId: added.id };
same('a step keeps its name', (await call('workflow', 'updateStep', place, { status: 'COMPLETED' })).name, 'Sign');
await call('workflow', 'deleteStep', place);
same('a deleted step returns 404', await status('workflow', 'updateStep', place, { status: 'COMPLETED' }), 404);
const closed = async (state) => rows(await call('workflow', 'searchExecutions', null, { status: state })).some((e) => e.id === work.id);
step('a search by status finds it', await closed('STARTED') && !(await closed('CLOSED')));
await call('workflow', 'updateExecution', { executionId: work.id }, { status: 'CLOSED' });
step('a closed one has the new status', !(await closed('STARTED')) && await closed('CLOSED'));

// Automations finish after two seconds.
const { _id: contact } = await call('entity', 'createEntity', { slug: 'contact' }, { first_name: 'Lise' });
const automation = await call('automation', 'createFlow', null, { flow_name: 'Welcome', triggers: [], actions: [] });
const start = () => call('automation', 'startExecution', null, { flow_id: automation.id, entity_id: contact });
const state = async (id) => (await call('automation', 'getExecution', { execution_id: id })).execution_status;
const [job, cancelled] = [await start(), await start()];
same('an execution is in progress', await state(job.id), 'in_progress');
await call('automation', 'cancelExecution', { execution_id: cancelled.id });
same('a cancelled one is cancelled', await state(cancelled.id), 'cancelled');
const jobs = (entity_id) => call('automation', 'getExecutions', { entity_id });
same('the entity has both', (await jobs(contact)).total, 2); // G7
same('another entity has none', (await jobs(uuid)).total, 0);
await sleep(2200);
same('an execution finishes', await state(job.id), 'success');
same('a cancelled one stays so', await state(cancelled.id), 'cancelled');
const bulk = await call('automation', 'bulkTriggerExecutions', null, { flow_id: automation.id, entities_refs: [{ entity_id: contact, entity_schema: 'contact' }] });
same('a bulk job is kept', (await call('automation', 'getBulkJob', { job_id: bulk.job_id })).flow_id, automation.id);

// Journeys. G5: a body with the ID names the journey.
const journey = await call('journey', 'createJourney', null, { organizationId: '123', name: 'Solar', steps: [] });
const other = await call('journey', 'createJourney', null, { organizationId: '123', name: 'Wallbox', steps: [] });
const journeyName = async (j) => (await call('journey', 'getJourney', { id: j.journeyId })).name;
await call('journey', 'patchUpdateJourney', null, { journeyId: journey.journeyId, name: 'Solar roof' });
same('a patch changes the journey', await journeyName(journey), 'Solar roof');
await call('journey', 'updateJourney', null, { journeyId: journey.journeyId, organizationId: '123', name: 'Solar park', steps: [] });
same('an update changes it', await journeyName(journey), 'Solar park');
same('the other journey stays', await journeyName(other), 'Wallbox');
same('a search finds both', (await call('journey', 'searchJourneys', null, {})).hits, 2);
const revision = await call('journey', 'createJourneyRevision', { id: journey.journeyId }, { organizationId: '123', name: 'Solar 2', steps: [] });
same('a revision is in the list', (await call('journey', 'listJourneyRevisions', { id: journey.journeyId })).results.map((r) => r.revision_id), [revision.revision_id]);
await call('journey', 'publishJourneyRevision', { id: journey.journeyId }, { revision_id: revision.revision_id });
same('a published revision is named', (await call('journey', 'getJourneyPublishState', { id: journey.journeyId })).published_revision_id, revision.revision_id);
await call('journey', 'removeJourney', { id: journey.journeyId });
same('a removed journey returns 404', await status('journey', 'getJourney', { id: journey.journeyId }), 404);

// Notes, dashboards, webhooks, rules and environments.
const note = await call('notes', 'createNote', null, { _tags: [], content: 'Call back', contexts: [{ id: uuid, type: 'entity' }] });
const noted = () => call('notes', 'getNote', { id: note._id });
for (const [operation, check] of [['archiveNote', (n) => n._archived_at], ['unarchiveNote', (n) => !n._archived_at]]) {
  await call('notes', operation, { id: note._id });
  step(operation + ' changes the note', check(await noted()), await noted());
}
const board = await call('dashboard', 'createDashboard', null, { title: 'Revenue', tiles: [] });
same('its owner is the organization of the token', board.owner_org_id, '123'); // G8
const favorites = async () => (await call('dashboard', 'listFavoriteDashboardIds')).dashboard_ids;
await call('dashboard', 'favoriteDashboard', { id: board.id });
same('a favorite is in the list', await favorites(), [board.id]);
await call('dashboard', 'unfavoriteDashboard', { id: board.id });
same('and no longer is', await favorites(), []);
const hook = await call('webhooks', 'createConfig', null, { name: 'ERP', eventName: 'order.created', url: 'https://erp.example.com', httpMethod: 'POST' });
const hooks = async (eventName) => (await call('webhooks', 'getConfigs', { eventName })).filter((h) => h.id === hook.id).length;
same('eventName is a filter', [await hooks('order.created'), await hooks('order.deleted')], [1, 0]); // G7
await call('webhooks', 'triggerWebhook', { configId: hook.id }, { metadata: { organization_id: '123' } });
same('a triggered webhook has an event', (await call('webhooks', 'getWehookEvents', { configId: hook.id })).data.length, 1);
const rule = await call('validation-rules', 'createValidationRule', null, { title: 'IBAN', rule: { type: 'regex', conditions: { all: [] } } });
await call('validation-rules', 'addUsedByReference', { ruleId: rule._id }, { type: 'journey', journey_id: 'j1' });
same('a rule is of that organization', rule._organization_id, '123'); // G8
same('a rule knows its journey', (await call('validation-rules', 'getValidationRuleById', { ruleId: rule._id })).used_by.length, 1);
const groups = async () => (await call('environments', 'listEnvironmentGroups')).items.map((g) => g.description);
for (const description of ['ERP', 'ERP and CRM']) {
  await call('environments', 'putEnvironmentGroup', { name: 'erp' }, { description });
  same('one group has the description', await groups(), [description]);
}
await call('environments', 'deleteEnvironmentGroup', { name: 'erp' });
same('a deleted group is gone', await groups(), []);

// G7: filters by meaning.
for (const [name, n] of [['Solar', 1], ['Wallbox', 2]]) {
  await call('billing', 'createBillingEvent', null, { type: n === 1 ? 'installment' : 'reimbursement', billing_amount: n, billing_amount_decimal: '1.00', billing_currency: 'EUR', contract: {}, booking_date: `2025-0${n}-15`, due_date: `2025-0${n}-28`, note: name });
}
const events = async (filter) => rows(await call('billing', 'getBillingEvents', filter)).map((e) => e.billing_amount);
same('event_type is a filter', await events({ event_type: 'installment' }), [1]);
const agent = await call('ai-agents', 'createAgent', null, { name: 'Reader', system_prompt: 'Read the meter', execution_pattern: 'direct' });
const run = await call('ai-agents', 'executeAgent', { agent_id: agent.agent_id }, { input: {} });
const runs = async (agent_id) => rows(await call('ai-agents', 'listExecutions', { agent_id })).map((e) => e.execution_id);
same('agent_id is a filter', [await runs(agent.agent_id), await runs(uuid)], [[run.execution_id], []]);
for (const name of ['North', 'South', 'West']) await call('user', 'createGroup', null, { name });
const page = async (offset) => (await call('user', 'getGroups', { limit: 2, offset })).groups.map((g) => g.name);
same('limit and offset choose a page', [await page(0), await page(2)], [['North', 'South'], ['West']]);
same('the count has all pages', (await call('user', 'getGroups', { limit: 1 })).hits, 3);
same('query is a filter', (await call('user', 'getGroups', { query: 'south' })).groups.map((g) => g.name), ['South']);
const views = async (slug) => rows(await call('entity', 'listSavedViews', { slug })).map((v) => v.name);
await call('entity', 'createSavedView', null, { slug: ['order'], name: 'Open orders', ui_config: {} });
same('slug is a filter of views', [await views('order'), await views('ticket')], [['Open orders'], []]);

// Roles and permissions.
const grants = [{ action: 'entity:view', resource: 'entity:123:contact:*' }];
const role = await call('permissions', 'createRole', null, { name: 'Support', slug: 'support', type: 'user_role', grants });
same('the ID of a role has its slug', role.id, '123:support'); // G8
same('role_ids is a filter', rows(await call('permissions', 'searchRoles', null, { role_ids: ['123:owner'] })).map((r) => r.slug), ['owner']); // G7
const assigned = (userId) => call('permissions', 'getAssignedRolesForUser', { userId });
await call('permissions', 'assignRoles', { userId: '7' }, [role.id]);
same('a user has the role', await assigned('7'), [role.id]); // G5
await call('permissions', 'addAssignment', { userId: '7', roleId: '123:owner' });
same('and one more', await assigned('7'), [role.id, '123:owner']);
await call('permissions', 'removeAssignment', { userId: '7', roleId: role.id });
same('a removed role is gone', await assigned('7'), ['123:owner']);
step('listAllAssignments has the user', rows(await call('permissions', 'listAllAssignments')).some((a) => a.user_id === '7' && a.roles[0] === '123:owner'));

// Users. G8: one person, one organization.
const me = await call('user', 'getMeV2');
same('the user is of the organization of the token', me.organization_id, '123');
same('getOrganization returns that organization', (await api('organization').getOrganization({ org_id: '123' })).data.id, '123');
await call('organization', 'updateOrganization', { org_id: '123' }, { id: '123', name: 'Sun' });
same('an update is kept', (await call('organization', 'getOrganization', { org_id: '123' })).name, 'Sun');
step('the user is in the list', rows(await call('user', 'listUsersV2')).some((u) => u.id === me.id));
const invited = await call('user', 'inviteUser', null, { email: 'anna.schmidt@example.com', roles: ['123:owner'] });
step('an invited user is pending', rows(await call('user', 'listUsersV2')).some((u) => u.id === invited.id && u.status === 'Pending'));
await call('user', 'updateUserV2', { id: invited.id }, { display_name: 'Anna S.' });
same('a renamed user stays so', (await call('user', 'getUserV2', { id: invited.id })).display_name, 'Anna S.');
await call('user', 'deleteUserV2', { id: invited.id });
same('a deleted user returns 404', await status('user', 'getUserV2', { id: invited.id }), 404);
// G5: settings.
const setting = { scope: 'ui', key: 'theme' };
for (const value of ['dark', 'light']) {
  await call('user', 'putUserSetting', setting, { value });
  same('a setting is kept', (await call('user', 'getUserSetting', setting)).value, value);
}
await call('user', 'deleteUserSetting', setting);
same('a deleted setting returns 404', await status('user', 'getUserSetting', setting), 404);

// G11: a read-only token cannot write, a revoked one cannot read.
const issued = await call('access-token', 'createAccessToken', null, { name: 'Report', token_type: 'api', expires_in: '30d', read_only: true });
const reader = api('entity', issued.token);
same('a read-only token reads', (await reader.getEntity({ slug: 'contact', id: contact })).status, 200);
same('it searches', (await reader.searchEntities(null, { q: '_schema:contact' })).status, 200);
for (const [operation, body] of [['patchEntity', { first_name: 'Max' }], ['deleteEntity', undefined]]) {
  same(`it cannot ${operation}`, (await reader[operation]({ slug: 'contact', id: contact }, body)).status, 403);
}
same('the entity is unchanged', (await call('entity', 'getEntity', { slug: 'contact', id: contact })).entity.first_name, 'Lise');
same('the token is in the list', (await call('access-token', 'listAccessTokens')).filter((t) => t.id === issued.id && t.read_only).length, 1);
await call('access-token', 'revokeAccessToken', { id: issued.id });
same('a revoked token is refused', (await reader.getEntity({ slug: 'contact', id: contact })).status, 401);
same('a wrong token is refused', (await api('entity', 'wrong').searchEntities(null, { q: '*' })).status, 401);
// G11: the token is of one organization.
const foreign = { headers: { 'x-epilot-org-id': '456' } };
same('another organization is refused', (await entity.getEntity({ slug: 'contact', id: contact }, null, foreign)).status, 403);
same('in a search too', (await entity.searchEntities(null, { q: '_id:' + contact }, foreign)).status, 403);
same('the organization of the token does', (await entity.searchEntities(null, { q: '_id:' + contact }, { headers: { 'x-epilot-org-id': '123' } })).data.hits, 1);
// G11: unknown events and grants are refused, with the nearest known name.
const refused = async (...args) => { const { status, data } = await api(args[0])[args[1]](...args.slice(2)); return [status, /did you mean ([\w.:]+)\?/.exec(data.error)?.[1]]; };
same('an unknown event of a webhook', await refused('webhooks', 'createConfig', null, { name: 'ERP', eventName: 'order.craeted', url: 'https://erp.example.com' }), [400, 'order.created']);
same('an unknown event of the catalog', await refused('event-catalog', 'triggerEvent', { event_name: 'MeterReadingAded' }, { fields: {} }), [404, 'MeterReadingAdded']);
same('an unknown action of a role', await refused('permissions', 'createRole', null, { name: 'R', slug: 'r', type: 'user_role', grants: [{ action: 'entity:veiw' }] }), [400, 'entity:view']);
step('the events of webhooks are listed', (await call('webhooks', 'getConfiguredEvents')).some((e) => e.eventName === 'event_MeterReadingAdded'));
// G11: sample data is marked.
same('a computed response is marked', (await api('iban').validateIban(null, { iban: 'DE89370400440532013000' })).headers['x-epilot-mock'], 'sample');

// G10: a sample ID always returns its sample, also beside stored resources.
for (const [name, operation, params] of [
  ['workflow-definition', 'getClosingReason', { reasonId: '123e4567-e89b-12d3-a456-426614174000' }],
  ['environments', 'getEnvironmentVariable', { key: 'email' }],
  ['automation', 'getFlow', { flow_id: '7791b04a-16d2-44a2-9af9-2d59c25c512f' }],
]) {
  const sampled = await api(name)[operation](params);
  same(operation + ' returns the sample', [sampled.status, sampled.headers['x-epilot-mock']], [200, 'sample']);
}
same('another ID is not a sample', await status('automation', 'getFlow', { flow_id: uuid }), 404);

// G9: OPTIONS and 405 agree, and a BOM is accepted.
const raw = (method, path, body) => fetch(server + path, { method, body, headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' } });
const allowed = async (method) => (await raw(method, '/entity/v1/entity/contact')).headers.get('allow').split(', ').filter((m) => m !== 'OPTIONS');
same('OPTIONS and 405 allow the same methods', await allowed('OPTIONS'), await allowed('PUT'));
same('a body with a BOM is accepted', (await raw('POST', '/entity/v1/entity/contact', '\ufeff{"first_name":"Bom"}')).status, 201);
const suggestions = await raw('GET', '/address-suggestions/v1/public/suggestions');
step('address-suggestions has its own operation', !(await suggestions.text()).includes('fileRef'));
const missing = await api('email-settings').getSharedInbox({ id: uuid });
step('a missing inbox is named well', missing.status === 404 && missing.data.error.includes('shared inbox '), missing.data);
