// Helpers of the scripts in this folder, which use a mock through epilot's SDK.
// Arguments: the folder with node_modules, and the mock's base URL.
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const [folder, base] = process.argv.slice(2);
const require = createRequire(folder + '/');
const clients = new Map();
const calls = new Set(); // the APIs that were used
let steps = 0;

export const server = base;
export const token = process.env.EPILOT_TOKEN;

// step checks one thing; a failure names the API, the thing and the values.
export const step = (name, check, got) => {
  steps++;
  assert.ok(check, got === undefined ? name : `${name}: ${JSON.stringify(got)}`);
};
export const same = (name, got, want) => {
  steps++;
  assert.deepEqual(got, want, name);
};

// api returns the SDK's client of an API; its methods return every status.
export const api = (name, bearer = token) => {
  const key = name + bearer;
  if (!clients.has(key)) {
    // The SDK has one client for each API. Another token needs a copy of it.
    const known = require('@epilot/sdk/' + name);
    const client = bearer === token ? known.getClient() : known.createClient();
    client.defaults.baseURL = server + '/' + name;
    client.defaults.headers.common.authorization = 'Bearer ' + bearer;
    client.defaults.validateStatus = () => true;
    clients.set(key, client);
  }
  calls.add(name);
  return clients.get(key);
};

// call expects a success that is not sample data, and returns its data. Only
// checks of the data are steps.
export const call = async (name, operation, params, body, config) => {
  const response = await api(name)[operation](params, body, config);
  assert.ok(response.status < 300, `${name} ${operation}: ${response.status} ${JSON.stringify(response.data)}`);
  assert.equal(response.headers['x-epilot-mock'], undefined, `${name} ${operation} returns sample data`);
  return response.data;
};
export const status = async (name, operation, params, body, config) =>
  (await api(name)[operation](params, body, config)).status;

// shows reports whether a response has all that was sent, at any depth.
export const shows = (got, sent) => {
  if (sent === null || typeof sent !== 'object') return got === sent;
  if (got === null || typeof got !== 'object') return false;
  if (Array.isArray(sent) && got.length !== sent.length) return false;
  return Object.keys(sent).every((key) => shows(got[key], sent[key]));
};

// rows returns the list in a response: the response, or its first array.
export const rows = (data) => (Array.isArray(data) ? data : Object.values(data).find(Array.isArray));

// life takes two resources of a collection through create, get, list, update
// and delete, and checks after each what the mock keeps.
export const life = async (c) => {
  const name = `${c.api} ${c.create}`;
  const key = c.key ?? 'id'; // the member with the ID
  const at = (id) => ({ [c.param ?? key]: id, ...c.with });
  const inner = (data) => (c.inner ? data[c.inner] : data);
  const list = async () => (c.list ? rows(await call(c.api, c.list, c.query ?? null, c.search)).map((row) => row[key]) : []);
  const get = async (id) => inner(await call(c.api, c.get, at(id)));

  const before = await list();
  const first = (c.made ?? inner)(await call(c.api, c.create, c.with ?? null, c.body(1)))[key];
  const second = (c.made ?? inner)(await call(c.api, c.create, c.with ?? null, c.body(2)))[key];
  step(`${name}: two resources have two IDs`, first && second && first !== second, [first, second]);
  const sent = c.sent ?? ((body) => inner(body) ?? body);
  step(`${name}: get returns what was sent`, shows(await get(first), sent(c.body(1))), await get(first));
  if (c.list) same(`${name}: both are in the list`, (await list()).sort(), [...before, first, second].sort());
  if (c.update) {
    await call(c.api, c.update, at(first), c.change(first));
    step(`${name}: get returns the update`, shows(await get(first), sent(c.change(first))), await get(first));
    step(`${name}: the update changes no other resource`, shows(await get(second), sent(c.body(2))));
  }
  if (c.remove) {
    await call(c.api, c.remove, { ...at(first), ...c.removing });
    same(`${name}: a deleted resource returns 404`, await status(c.api, c.get, at(first)), 404);
    if (c.list) same(`${name}: it is gone from the list`, (await list()).sort(), [...before, second].sort());
    step(`${name}: the other resource stays`, shows(await get(second), sent(c.body(2))));
    await call(c.api, c.remove, { ...at(second), ...c.removing });
  }
};

export const total = () => `${steps} steps, ${calls.size} APIs`;
