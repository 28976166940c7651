// What somebody has who installs the npm package: "node --test" with DIST set
// to a folder in which make.mjs has been.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "./registry.mjs";

const dist = resolve(process.env.DIST);
const scratch = mkdtempSync(join(tmpdir(), "epilot-npm-"));
const home = join(scratch, "home");
const project = join(scratch, "project");
const system = `epilot-${process.platform}-${process.arch}`;
const scope = join(project, "node_modules", "@epilot-cli");
const shim = join(project, "node_modules", ".bin", "epilot");
const environment = { ...process.env, HOME: home, XDG_CONFIG_HOME: "", XDG_STATE_HOME: "", XDG_CACHE_HOME: "", EPILOT_TOKEN: "" };
let registry;

before(async () => {
  mkdirSync(home);
  mkdirSync(project);
  registry = await serve(join(dist, "npm"), scratch);
  const npm = run("npm", ["install", "--registry", registry.address, "--no-audit", "--no-fund", "@epilot-cli/epilot"]);
  assert.equal(await ended(npm), 0, npm.err);
});

after(() => {
  registry.close();
  rmSync(scratch, { recursive: true, force: true });
});

// run starts a program in the project; its output gathers in out and err.
function run(program, args, options = {}) {
  const child = spawn(program, args, { cwd: project, env: environment, ...options });
  child.out = child.err = "";
  child.stdout.on("data", (text) => (child.out += text));
  child.stderr.on("data", (text) => (child.err += text));
  return child;
}

// ended is the status of a process, or the name of the signal that ended it.
const ended = (child) => new Promise((done) => child.on("close", (status, signal) => done(signal ?? status)));

test("only the package of this system is installed", () => {
  assert.deepEqual(readdirSync(scope).sort(), ["epilot", system].sort());
  assert.deepEqual(registry.asked.filter((name) => name.endsWith(".tgz")).length, 2);
});

test("npx runs it", async () => {
  const { version } = JSON.parse(readFileSync(join(scope, "epilot", "package.json"), "utf8"));
  const npx = run("npx", ["--no-install", "epilot", "--version"]);
  assert.equal(await ended(npx), 0, npx.err);
  assert.equal(npx.out, `epilot ${version}\n`);
});

test("the exit status and both streams are the program's", async () => {
  const wrong = run(shim, ["nosuch", "--json"]);
  assert.equal(await ended(wrong), 2);
  assert.equal(wrong.out, "");
  assert.equal(JSON.parse(wrong.err).error.kind, "usage");
});

test("stdin and stdout are pipes", async () => {
  const call = run(shim, ["access-token", "createAccessToken", "--server", "mock", "--jsonata", "name"]);
  call.stdin.end('{"name":"from a pipe"}');
  assert.equal(await ended(call), 0, call.err);
  assert.equal(call.out, "from a pipe\n");
});

test("a closed stdout ends it quietly", async () => {
  const head = run("sh", ["-c", `"${shim}" search e --limit 0 --json 2>err.txt | head -c 10 >/dev/null; cat err.txt`]);
  assert.equal(await ended(head), 0);
  assert.equal(head.out, "");
});

// silence is a server that accepts connections and never answers.
async function silence() {
  const server = createServer();
  const called = new Promise((connected) => server.on("connection", connected));
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { server, called, address: `http://127.0.0.1:${server.address().port}` };
}

// stopped is the status of a call that a signal ends, and whether its program
// is gone.
async function stopped(send) {
  const { server, called, address } = await silence();
  const call = run(shim, ["access-token", "getAccessTokenJwks", "--server", address], { detached: true });
  const socket = await called;
  const gone = new Promise((closed) => socket.on("close", closed));
  socket.on("error", () => {});
  socket.resume();
  send(call.pid);
  const status = await ended(call);
  await gone;
  server.close();
  return { status, err: call.err };
}

test("Ctrl-C reaches both, and the status is 130", async () => {
  const { status, err } = await stopped((pid) => process.kill(-pid, "SIGINT"));
  assert.equal(status, 130, err);
  assert.match(err, /interrupted/);
});

test("a SIGINT for the wrapper alone ends the program too", async () => {
  assert.equal((await stopped((pid) => process.kill(pid, "SIGINT"))).status, 130);
});

test("SIGTERM is passed on, and the status is 143", async () => {
  assert.equal((await stopped((pid) => process.kill(pid, "SIGTERM"))).status, 143);
});

test("a missing package is named", () => {
  rmSync(join(scope, system), { recursive: true });
  const { status, stderr } = spawnSync(shim, ["--version"], { encoding: "utf8", cwd: project, env: environment });
  assert.equal(status, 5);
  assert.match(stderr, new RegExp(`^error: the package @epilot-cli/${system} is not installed\nhint: install again`));
});
