// Entities, their relations, files and messages.
import { createHash } from 'node:crypto';
import { api, call, same, server, status, step } from './helper.mjs';

const entity = api('entity');
const create = (slug, body) => call('entity', 'createEntity', { slug }, body);
const get = async (slug, id) => (await call('entity', 'getEntity', { slug, id })).entity;
const search = (body) => call('entity', 'searchEntities', null, body);
const hits = async (q, more) => (await search({ q, size: 0, ...more })).hits;

// The collections made taxonomies and views before. G2: they are not entities.
same('a search finds no taxonomies, views or schemas', await hits('*'), 0);

for (let i = 0; i < 20; i++) {
  const last = i % 2 ? 'King' : 'Byron';
  const { _id: id } = await create('contact', { first_name: 'Ada ' + i, last_name: last });
  const got = await get('contact', id);
  step('an entity has what was sent', got.first_name === 'Ada ' + i && got.last_name === last, got);
  step('it has the organization of the token', got._org === '123', got); // G8
  step('its title is its name', got._title === `Ada ${i} ${last}`, got); // G8
  if (i % 5) continue;
  await call('entity', 'patchEntity', { slug: 'contact', id }, { note: 'n' + i });
  step('a patch is kept', (await get('contact', id)).note === 'n' + i);
  // G5: soft delete, restore and include_deleted.
  await call('entity', 'deleteEntity', { slug: 'contact', id });
  same('a deleted entity returns 404', await status('entity', 'getEntity', { slug: 'contact', id }), 404);
  same('a search does not find it', await hits('_id:' + id), 0);
  same('a search with include_deleted finds it', await hits('_id:' + id, { include_deleted: 'true' }), 1);
  await call('entity', 'restoreEntity', { slug: 'contact', id });
  step('a restored entity is complete', (await get('contact', id)).note === 'n' + i);
  same('a search finds it again', await hits('_id:' + id), 1);
}

// G5: a dry run changes nothing; a purged entity cannot be restored.
const { _id: trial } = await create('contact', { first_name: 'Trial' });
const preview = await call('entity', 'patchEntity', { slug: 'contact', id: trial, dry_run: true }, { first_name: 'Changed' });
same('a dry run returns the result', preview.first_name, 'Changed');
same('and does not keep it', (await get('contact', trial)).first_name, 'Trial');
await call('entity', 'deleteEntity', { slug: 'contact', id: trial, purge: true });
same('a purged entity cannot be restored', await status('entity', 'restoreEntity', { slug: 'contact', id: trial }), 404);

// G6: the query string syntax of Elasticsearch.
for (const [q, want] of [
  ['_schema:contact', 20], ['_schema:contact AND last_name:king', 10], ['last_name:(king byron)', 20], ['king byron', 20],
  ['last_name:k?ng', 10], ['last_name:/k.*/', 10], ['last_name:kimg~', 10], ['NOT last_name:king', 10],
  ['last_name:king^2 OR last_name:byron', 20], ['!(last_name:king)', 10], ['+last_name:king -first_name:1', 9],
  ['_created_at:[now-1d TO now+1d]', 20], ['_created_at:<now-1d', 0], ['"ada 7"', 1], ['_exists_:note', 4], ['last_name:\\*', 0],
]) same(q, await hits(q), want);
for (const q of ['a:(b', '"a', 'a:[1 TO', 'AND']) same(q + ' returns 400', await status('entity', 'searchEntities', null, { q }), 400);

// Fields, sorting, pages and aggregations. G6.
for (let i = 0; i < 7; i++) await create('order', { order_number: 'O' + i, total: i * 10, status: i % 2 ? 'open' : 'placed' });
const orders = { q: '_schema:order', sort: 'total:desc' };
const numbers = (data) => data.results.map((row) => row.order_number);
same('a list is sorted', numbers(await search(orders)), ['O6', 'O5', 'O4', 'O3', 'O2', 'O1', 'O0']);
same('ascending too', numbers(await search({ ...orders, sort: 'total:asc', size: 2 })), ['O0', 'O1']);
same('from and size choose a page', numbers(await search({ ...orders, from: 5, size: 5 })), ['O1', 'O0']);
same('the total counts all pages', (await search({ ...orders, size: 2 })).hits, 7);
const found = [];
for (let after; ;) {
  const page = await search({ ...orders, size: 3, ...(after && { search_after: after }) });
  found.push(...numbers(page));
  if (page.results.length < 3) break;
  after = page.sort_end;
}
same('search_after finds each order once', found, ['O6', 'O5', 'O4', 'O3', 'O2', 'O1', 'O0']);
const [only] = (await search({ ...orders, fields: ['order_number'] })).results;
step('fields leaves out the others', only.order_number === 'O6' && only.total === undefined, only);
const { aggregations: aggs } = await search({
  ...orders, size: 0, aggs: { states: { terms: { field: 'status' } }, sum: { sum: { field: 'total' } }, top: { max: { field: 'total' } }, mean: { avg: { field: 'total' } } },
});
same('terms counts', aggs.states.buckets.map((b) => [b.key, b.doc_count]), [['placed', 4], ['open', 3]]);
same('sum, max and avg', [aggs.sum.value, aggs.top.value, aggs.mean.value], [210, 60, 30]);
same('listEntities takes a filter', (await call('entity', 'listEntities', null, { filter: [{ term: { _schema: 'order' } }, { term: { status: 'open' } }] })).hits, 3);

// G2: an activity is not an entity.
await call('entity', 'createActivity', null, { type: 'CallLogged', title: 'Called Ada', message: 'No answer' });
same('a search does not find activities', await hits('"Called Ada"'), 0);

const upsert = () => entity.upsertEntity({ slug: 'contact' }, { unique_key: ['email'], entity: { email: 'a@b.de' } });
const [made, again] = [await upsert(), await upsert()];
same('an upsert creates, then updates', [made.status, again.status], [201, 200]); // G8
same('both return one entity', made.data.entity?._id ?? made.data._id, again.data.entity?._id ?? again.data._id);
same('a search finds it once', await hits('email:"a@b.de"'), 1);

// G5: relations, in both directions.
const account = await create('account', { name: 'Sun GmbH' });
const owner = await create('contact', { first_name: 'Grace', last_name: 'Hopper' });
const order = await create('order', { order_number: 'R1' });
const at = { slug: 'contact', id: owner._id };
const link = (data) => rowsOf(data).map((row) => [row.entity_id, row.attribute, row.reverse]);
const rowsOf = (data) => (Array.isArray(data) ? data : data.relations);
await call('entity', 'addRelations', at, [{ attribute: 'account', entity_id: account._id }, { attribute: 'orders', entity_id: order._id }]);
same('an attribute holds the relation', (await get('contact', owner._id)).account.$relation.map((r) => r.entity_id), [account._id]);
same('the relations of the owner', link(await call('entity', 'getRelations', at)), [[account._id, 'account', false], [order._id, 'orders', false]]);
for (const operation of ['getRelations', 'getRelationsV2', 'getRelationsV3']) {
  const reverse = await call('entity', operation, { slug: 'account', id: account._id, include_reverse: true });
  same(operation + ' finds the relation from the other side', link(reverse), [[owner._id, 'account', true]]);
}
const hydrated = rowsOf(await call('entity', 'getRelationsV2', { ...at, hydrate: true }));
same('a hydrated relation has the entity', hydrated.map((row) => row._title ?? row.order_number)[0], 'Sun GmbH');
// G1: axios sends an array as include_schemas[]=order.
const filtered = await entity.getRelationsV2({ ...at, include_schemas: ['order'] });
step('the request has brackets', decodeURIComponent(filtered.request.path).includes('[]=order'), filtered.request.path);
same('include_schemas[] is a filter', link(filtered.data), [[order._id, 'orders', false]]);
same('the count has both directions', (await call('entity', 'getRelatedEntitiesCount', { slug: 'account', id: account._id })).hits, 1);
await call('entity', 'updateRelation', { ...at, attribute: 'account', entity_id: account._id }, { _tags: ['main'] });
same('a relation keeps its tags', (await get('contact', owner._id)).account.$relation[0]._tags, ['main']);
await call('entity', 'deleteEntity', { slug: 'order', id: order._id });
same('a relation to a deleted entity is not shown', link(await call('entity', 'getRelations', at)), [[account._id, 'account', false]]);
await call('entity', 'restoreEntity', { slug: 'order', id: order._id });
same('it returns with the entity', link(await call('entity', 'getRelations', at)).length, 2);
await call('entity', 'deleteRelation', { ...at, attribute: 'account', entity_id: account._id });
same('a removed relation is gone', link(await call('entity', 'getRelations', at)), [[order._id, 'orders', false]]);
same('from the other side too', link(await call('entity', 'getRelations', { slug: 'account', id: account._id, include_reverse: true })), []);

// G8: the schemas of a typical organization.
const slugs = (await call('entity', 'listSchemas')).results.map((s) => s.slug);
step('there are schemas', ['contact', 'account', 'opportunity', 'order'].every((slug) => slugs.includes(slug)), slugs);
for (const slug of ['contact', 'opportunity']) same('getSchema returns a schema of the list', (await call('entity', 'getSchema', { slug })).slug, slug);
const car = { slug: 'car', name: 'Car', plural: 'Cars', capabilities: [], attributes: [] };
await call('entity', 'putSchema', { slug: 'car' }, car);
same('a new schema is in the list', (await call('entity', 'listSchemas')).results.filter((s) => s.slug === 'car').length, 1);
await create('car', { name: 'Model 3' });
same('it takes entities', await hits('_schema:car'), 1);

// G4: the URLs of files store and return bytes.
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
const bytes = (url) => fetch(url).then(async (r) => Buffer.from(await r.arrayBuffer()));
const upload = async (filename, mime_type, content, file) => {
  const place = await call('file', 'uploadFileV2', file ? { file_entity_id: file } : null, { filename, mime_type });
  step('the upload URL belongs to the mock', place.upload_url.startsWith(server), place.upload_url);
  const put = await fetch(place.upload_url, { method: 'PUT', body: content, headers: { 'content-type': mime_type } });
  step('it takes the bytes', put.ok);
  return call('file', 'saveFileV2', null, { s3ref: place.s3ref, filename, mime_type, ...(file && { _id: file }) });
};
for (const [filename, type, content] of [
  ['a.txt', 'text/plain', Buffer.from('hello')], ['umlaut.txt', 'text/plain', Buffer.from('ü'.repeat(1000))],
  ['a.pdf', 'application/pdf', Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 255, 254])], ['big.bin', 'application/octet-stream', Buffer.alloc(300_000, 7)],
]) {
  const saved = await upload(filename, type, content);
  same(filename + ' has its size', saved.size_bytes, content.length);
  same(filename + ' has its name', (await call('file', 'getFile', { id: saved._id })).filename, filename);
  const link = await call('file', 'downloadFile', { id: saved._id });
  step(filename + ' has a URL of the mock', link.download_url.startsWith(server), link.download_url);
  same(filename + ' returns its bytes', digest(await bytes(link.download_url)), digest(content));
  await call('file', 'deleteFile', { id: saved._id });
  same(filename + ' is gone after delete', await status('file', 'getFile', { id: saved._id }), 404);
}
const file = await upload('contract.txt', 'text/plain', Buffer.from('signed'));
// G5: public links of a file.
await call('file', 'generatePublicLink', { id: file._id });
const links = await call('file', 'listPublicLinksForFile', { id: file._id });
same('a public link is in the list', links.results.length, 1);
await call('file', 'revokePublicLink', { id: links.results[0].id });
same('a revoked link is gone', (await call('file', 'listPublicLinksForFile', { id: file._id })).results.length, 0);

// Messages and threads.
const sender = { address: 'messaging@epilot.cloud' };
await call('message', 'sendMessage', null, { from: sender, to: [{ address: 'anna@example.com' }], subject: 'Your offer', text: 'It is ready.' });
const messages = (q) => call('message', 'searchMessages', null, { q });
const [message] = (await messages('subject:offer')).results;
step('a sent message is found', message.text === 'It is ready.' && message.thread, message);
same('another subject does not find it', (await messages('subject:invoice')).hits, 0);
const seen = async () => {
  const data = await call('message', 'getMessage', { id: message._id });
  return data.message ?? data;
};
for (const [operation, check] of [
  ['markReadMessage', (m) => m.user_read_message.length === 1], ['markUnreadMessage', (m) => m.user_read_message.length === 0],
  ['trashMessage', (m) => m.trashed], ['untrashMessage', (m) => !m.trashed], ['spamMessage', (m) => m.spam], ['unspamMessage', (m) => !m.spam],
]) {
  await call('message', operation, { id: message._id }, /ead/.test(operation) ? {} : undefined);
  const now = await seen();
  step(operation + ' changes the message', check(now), now);
}
const thread = async () => (await call('message', 'searchThreads', null, { q: '_id:' + message.thread })).results[0];
step('the thread has the subject', (await thread()).topic === 'Your offer');
const inbox = '3f34ce73-089c-4d45-a5ee-c161234e41c3';
for (const [operation, body, check] of [
  ['markThreadAsDone', undefined, (t) => t.done], ['markThreadAsOpen', undefined, (t) => !t.done],
  ['assignThread', [{ slug: 'contact', entity_id: owner._id }], (t) => t.entities[0].entity_id === owner._id],
  ['unassignThread', [{ slug: 'contact', entity_id: owner._id }], (t) => t.entities.length === 0],
  ['assignUsers', { assigned_to: ['u1'] }, (t) => t.assigned_to[0] === 'u1'], ['pinThread', undefined, (t) => t.pinned_by.length === 1],
  ['unpinThread', undefined, (t) => t.pinned_by.length === 0], ['moveThread', { inbox_id: inbox }, (t) => t.inbox_id === inbox],
  ['trashThread', undefined, (t) => t.trashed], ['untrashThread', undefined, (t) => !t.trashed],
]) {
  await call('message', operation, { id: message.thread }, body);
  const now = await thread();
  step(operation + ' changes the thread', check(now), now);
}
for (const [operation, check] of [
  ['threadBulkActionsDone', (t) => t.done], ['threadBulkActionsOpen', (t) => !t.done], ['threadBulkActionsFavorite', (t) => t.favorite_by.length === 1],
  ['threadBulkActionsUnfavorite', (t) => t.favorite_by.length === 0], ['threadBulkActionsTrash', (t) => t.trashed], ['threadBulkActionsUntrash', (t) => !t.trashed],
]) {
  await call('message', operation, null, { ids: [message.thread] });
  const now = await thread();
  step(operation + ' changes the thread', check(now), now);
}
const draft = await call('message', 'createDraft', null, { from: sender, subject: 'Reminder', text: 'Please sign.' }); // G5
same('a draft is kept', (await call('message', 'searchMessages', null, { q: '_id:' + draft._id })).results[0].text, 'Please sign.');
await call('message', 'deleteMessage', { id: message._id });
same('a deleted message returns 404', await status('message', 'getMessage', { id: message._id }), 404);
await call('message', 'deleteThread', { id: message.thread });
same('a deleted thread is gone', await thread(), undefined);
