// A registry for the test: it serves packed packages from a folder, to npm on
// this machine, and knows no other package.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

// serve returns the address of a registry of the packages in a folder's
// folders, the names that it was asked for, and how to close it.
export async function serve(folder, scratch) {
  const packages = new Map(readdirSync(folder).map((name) => pack(join(folder, name), scratch)));
  const asked = [];
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    asked.push(name);
    answer(packages, name, `http://${request.headers.host}/`, response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { address: `http://127.0.0.1:${server.address().port}/`, asked, close: () => server.close() };
}

function pack(folder, scratch) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch, folder];
  const [{ filename }] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" }));
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return [about.name, { about, tarball: readFileSync(join(scratch, filename)) }];
}

function answer(packages, name, base, response) {
  const isTarball = name.endsWith(".tgz");
  const found = packages.get(isTarball ? name.slice(0, -4) : name);
  if (!found) {
    response.writeHead(404).end("{}");
  } else if (isTarball) {
    response.end(found.tarball);
  } else {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(document(name, found, base)));
  }
}

function document(name, { about, tarball }, base) {
  const integrity = "sha512-" + createHash("sha512").update(tarball).digest("base64");
  const version = { ...about, dist: { tarball: `${base}${name}.tgz`, integrity } };
  return { name, "dist-tags": { latest: about.version }, versions: { [about.version]: version } };
}
