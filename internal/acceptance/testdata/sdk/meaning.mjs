// Searches, filters and new resources by their meaning.
import { api, call, rows, same, status, step } from './helper.mjs';

// G6: scores, boosts, relations in place, dates and wildcards in field names.
const entity = (slug, body) => call('entity', 'createEntity', { slug }, body);
const search = async (q, more) => (await call('entity', 'searchEntities', null, { q, ...more })).results;
const boats = [await entity('yacht', { name: 'Swift', built: '2026-03-10T08:00:00.000Z', hull: { kind: 'steel' } }), await entity('yacht', { name: 'Swift Star', built: '2026-04-01T08:00:00.000Z' })];
const scored = await search('_schema:yacht AND (swift OR star^4)', { include_scores: true });
same('the better match is first', scored.map((e) => e.name), ['Swift Star', 'Swift']);
step('scores differ', scored[0]._score > scored[1]._score, scored.map((e) => e._score));
for (const [q, want] of [
  ['built:[2026-03-01 TO 2026-03-10]', 1], ['built:[2026-03-01 TO 2026-03-10}', 0], ['built:>2026-03-10', 1], ['hull.\\*:steel', 1],
  ['name:/sw.+/', 2], ['name:swfit~', 2], ['name:"swift star"', 1], ['name:"star swift"~2', 1], ['name:sw?ft AND NOT star', 1], ['+swift -star', 1],
  ['_exists_:hull', 1], ['built:[2026-03-10||+10d TO *]', 1], ['slow steel', 1], ['name:(swift AND star)', 1],
]) {
  same(q, (await search(`_schema:yacht AND (${q})`)).length, want);
}
for (const q of ['name:(swift', 'name:"swift', 'AND swift', 'n:[1 TO', '/a(/']) same(`${q} is refused`, await status('entity', 'searchEntities', null, { q }), 400);
same('an unknown field cannot be sorted by', await status('entity', 'searchEntities', null, { q: '_schema:yacht', sort: 'colour:asc' }), 400); // G11
const crew = await entity('crew', { name: 'Ada', boat: { $relation: [{ entity_id: boats[0]._id, _tags: ['main'] }] } });
const [hydrated] = await search(`_id:${crew._id}`, { hydrate: true });
same('a relation is replaced by its entity', [hydrated.boat[0].$relation.entity_id, hydrated.boat[0].name], [boats[0]._id, 'Swift']);
const got = await call('entity', 'getEntityV2', { slug: 'crew', id: crew._id, hydrate: true });
same('also of one entity', got.boat[0].name, 'Swift');

// G7: filters by meaning.
await call('entity', 'updateClassificationsForTaxonomy', { taxonomySlug: 'rig' }, { create: [{ id: 'r1', slug: 'r1', name: 'Sloop' }], update: [], delete: [] });
const classes = async (taxonomySlug) => rows(await call('entity', 'taxonomiesClassificationsSearch', { taxonomySlug })).length;
same('taxonomySlug is a filter', [await classes('rig'), await classes('other')], [1, 0]);
await call('automation', 'createFlow', null, { flow_name: 'Sail', triggers: [{ type: 'entity_manual', configuration: { schema: 'yacht' } }], actions: [] });
const automations = async (schema) => rows(await call('automation', 'searchFlows', { schema })).map((f) => f.flow_name);
same('schema is a filter', [await automations('yacht'), await automations('barge')], [['Sail'], []]);
const event = { _title: 'Regatta', is_all_day: false, status: 'busy', sensitivity: 'normal', timezone: 'UTC', start_time: '2026-05-04T10:00:00Z', end_time: '2026-05-04T11:00:00Z' };
await call('calendar', 'createEvent', null, event);
const events = async (from, to) => rows(await call('calendar', 'listEvents', { from, to })).length;
same('from and to are filters', [await events('2026-05-04T00:00:00Z', '2026-05-05T00:00:00Z'), await events('2026-05-05T00:00:00Z', '2026-05-06T00:00:00Z')], [1, 0]);
same('include is a filter', rows(await call('entity', 'listSchemas', { include: ['contact'] })).map((s) => s.slug), ['contact']);

// G9: an API is found by its name, and errors name the resource.
const places = await api('address-suggestions').getAddresses({ countryCode: 'DE' });
step('address-suggestions is an API of its own', !/no operation/.test(JSON.stringify(places.data)), places.data);
const lost = await api('message').getMessage({ id: '5da0a718-c822-403d-9f5d-20d4584e0599' });
step('a missing message is named', lost.status === 404 && /no message has the id/.test(JSON.stringify(lost.data)), lost.data);

// G3, G8: a workflow has the steps of its definition; titles and schemas are the resource's.
const definition = await call('workflow-definition', 'createDefinition', null, { name: 'Launch', flow: [{ id: 's1', name: 'Yard', type: 'SECTION', order: 1, steps: [{ id: 'a', name: 'Paint', type: 'STEP', order: 1 }] }] });
const launch = await call('workflow', 'createExecution', null, { workflowId: definition.id, contexts: [] });
const running = await call('workflow', 'getExecution', { executionId: launch.id });
same('the execution has the steps of its definition', [running.name, running.flow[0].steps[0].name], ['Launch', 'Paint']);
await call('workflow', 'updateStep', { executionId: launch.id, stepId: running.flow[0].steps[0].id }, { status: 'COMPLETED' });
same('a changed step is seen in it', (await call('workflow', 'getExecution', { executionId: launch.id })).flow[0].steps[0].status, 'COMPLETED');
const mail = { subject: 'Launch', text: 'Today', from: { address: 'a@example.com' }, to: [{ address: 'b@example.com' }] };
const sent = await call('message', 'sendMessage', null, mail);
const kept = await call('message', 'getMessage', { id: sent._id });
same('a sent message is found by its ID', [(kept.message ?? kept).subject, (kept.message ?? kept)._title], ['Launch', 'Launch']);
const note = await call('notes', 'createNote', null, { content: 'Wind', contexts: [] });
same('a note is a note', note._schema, 'note');
const before = await call('organization', 'updateOrganization', { org_id: '123' }, { name: 'Harbour' });
same('the current organization is the updated one', [before.name, (await call('organization', 'getCurrentOrganization')).name], ['Harbour', 'Harbour']);

// Between APIs: a mapping creates an entity, a changeset changes one.
const mapping = { source_ref: { entity_id: boats[0]._id }, targets: [{ target_schema: 'berth', mapping_attributes: [{ target: 'boat', mode: 'copy_if_exists', source: 'name' }] }] };
await call('entity-mapping', 'executeMapping', null, mapping);
same('a mapping creates an entity', (await search('_schema:berth'))[0].boat, 'Swift');
const pending = await entity('yacht', { name: 'Old', _changesets: { name: { proposed_value: 'New', created_at: '2026-01-01T00:00:00Z', edit_mode: 'approval' } } });
step('a changeset is listed', (await call('entity', 'listChangesets', { slug: 'yacht', id: pending._id })).name.proposed_value === 'New');
await call('entity', 'applyChangeset', { slug: 'yacht', id: pending._id, attribute: 'name' });
same('an applied changeset is the value', (await call('entity', 'getEntityV2', { slug: 'yacht', id: pending._id })).name, 'New');
same('and is no longer listed', await call('entity', 'listChangesets', { slug: 'yacht', id: pending._id }), {});
