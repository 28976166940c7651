// Makes the npm packages of a release from what goreleaser built: one for each
// system with the program in it, and the one that people install, which takes
// the right one of them along. "node make.mjs DIST" writes DIST/npm.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const dist = process.argv[2];
if (!dist) {
  console.error("usage: node make.mjs DIST");
  process.exit(2);
}

// What Go calls a system, and what Node calls it.
const platforms = { linux: "linux", darwin: "darwin", windows: "win32" };
const cpus = { amd64: "x64", arm64: "arm64" };

const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const { version } = json(join(dist, "metadata.json"));
const programs = json(join(dist, "artifacts.json")).filter((made) => made.type === "Binary");

rmSync(join(dist, "npm"), { recursive: true, force: true });
const optionalDependencies = {};
for (const made of programs) {
  optionalDependencies[systemPackage(made)] = version;
}
mainPackage();

function systemPackage(made) {
  const platform = platforms[made.goos];
  const cpu = cpus[made.goarch];
  const name = `@epilot-cli/epilot-${platform}-${cpu}`;
  const folder = start(name, {
    description: `The epilot command line for ${platform} on ${cpu}`,
    os: [platform],
    cpu: [cpu],
    preferUnplugged: true,
  });
  const program = join(folder, "bin", made.name);
  copyFileSync(join(root, made.path), program);
  chmodSync(program, 0o755);
  copyFileSync(join(root, ".release", "out", "THIRD-PARTY-NOTICES"), join(folder, "THIRD-PARTY-NOTICES"));
  return name;
}

function mainPackage() {
  const folder = start("@epilot-cli/epilot", {
    description: "Call any operation of the epilot APIs",
    keywords: ["epilot", "cli", "api", "openapi"],
    bin: { epilot: "bin/epilot.js" },
    engines: { node: ">=18" },
    optionalDependencies,
  });
  copyFileSync(join(here, "epilot.js"), join(folder, "bin", "epilot.js"));
  chmodSync(join(folder, "bin", "epilot.js"), 0o755);
  copyFileSync(join(here, "README.md"), join(folder, "README.md"));
}

// start makes the folder of a package and returns it.
function start(name, more) {
  const folder = join(dist, "npm", name.replace("@epilot-cli/", ""));
  mkdirSync(join(folder, "bin"), { recursive: true });
  const about = {
    name,
    version,
    license: "MIT",
    homepage: "https://github.com/epilot-cli/epilot",
    repository: { type: "git", url: "git+https://github.com/epilot-cli/epilot.git" },
    publishConfig: { access: "public" },
    ...more,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(about, null, 2) + "\n");
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  copyFileSync(join(root, "NOTICE"), join(folder, "NOTICE"));
  return folder;
}
