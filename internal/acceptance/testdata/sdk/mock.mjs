// Uses a mock through epilot's SDK as an application would, and checks what the
// mock keeps. Arguments: the folder with node_modules, and the mock's base URL.
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const [folder, server] = process.argv.slice(2);
const require = createRequire(folder + '/');
const token = process.env.EPILOT_TOKEN;
let steps = 0;
const step = (name, check) => {
  steps++;
  assert.ok(check, name);
};
const api = (name) => {
  const client = require('@epilot/sdk/' + name).getClient();
  client.defaults.baseURL = server + '/' + name;
  client.defaults.headers.common.authorization = 'Bearer ' + token;
  client.defaults.validateStatus = () => true;
  return client;
};
const entity = api('entity'), file = api('file'), journey = api('journey');

for (let i = 0; i < 20; i++) {
  const made = await entity.createEntity({ slug: 'contact' }, { first_name: 'Ada ' + i, last_name: i % 2 ? 'King' : 'Byron' });
  step('an entity is created', made.status === 201 && made.data._id);
  const id = made.data._id;
  const got = await entity.getEntity({ slug: 'contact', id });
  step('it is found', got.status === 200 && got.data.entity.first_name === 'Ada ' + i);
  step('it has the organization of the token', got.data.entity._org === '123');
  step('its title is its name', got.data.entity._title === `Ada ${i} ${i % 2 ? 'King' : 'Byron'}`);
  await entity.patchEntity({ slug: 'contact', id }, { note: 'n' + i });
  step('a patch is kept', (await entity.getEntity({ slug: 'contact', id })).data.entity.note === 'n' + i);
  await entity.deleteEntity({ slug: 'contact', id });
  step('a deleted entity is gone', (await entity.getEntity({ slug: 'contact', id })).status === 404);
  step('it can be restored', (await entity.restoreEntity({ slug: 'contact', id })).status === 200);
  step('and is there again', (await entity.getEntity({ slug: 'contact', id })).status === 200);
}
const hits = async (q) => (await entity.searchEntities(null, { q, size: 0 })).data.hits;
for (const [q, want] of [
  ['_schema:contact', 20], ['_schema:contact AND last_name:king', 10], ['last_name:(king byron)', 20],
  ['last_name:k?ng', 10], ['last_name:/k.*/', 10], ['last_name:kimg~', 10], ['NOT last_name:king', 10],
  ['_created_at:[now-1d TO now+1d]', 20], ['_created_at:<now-1d', 0], ['"ada 7"', 1],
]) {
  const got = await hits(q);
  step(`${q}: ${got}, not ${want}`, got === want);
}
step('a wrong query is 400', (await entity.searchEntities(null, { q: 'a:(b' })).status === 400);

const upsert = () => entity.upsertEntity({ slug: 'contact' }, { unique_key: ['email'], entity: { email: 'a@b.de' } });
step('the first upsert is a creation', (await upsert()).status === 201);
step('the second is not', (await upsert()).status === 200);
const schemas = await entity.listSchemas();
step('there are schemas', schemas.data.results.some((s) => s.slug === 'opportunity'));

for (const text of ['hello', 'ü'.repeat(1000)]) {
  const place = await file.uploadFileV2(null, { filename: 'a.txt', mime_type: 'text/plain' });
  step('an upload has a place', place.status === 201 && place.data.upload_url.startsWith(server));
  const put = await fetch(place.data.upload_url, { method: 'PUT', body: text, headers: { 'content-type': 'text/plain' } });
  step('the place takes bytes', put.ok);
  const saved = await file.saveFileV2(null, { s3ref: place.data.s3ref });
  step('the file is saved with its size', saved.data.size_bytes === Buffer.byteLength(text));
  const link = await file.downloadFile({ id: saved.data._id });
  step('the bytes come back', (await (await fetch(link.data.download_url)).text()) === text);
}

const created = await journey.createJourney(null, { organizationId: '123', name: 'first', steps: [] });
const journeyId = created.data.journeyId;
await journey.patchUpdateJourney(null, { journeyId, name: 'second' });
step('an id in the body names the journey', (await journey.getJourney({ id: journeyId })).data.name === 'second');
console.log(steps + ' steps');
