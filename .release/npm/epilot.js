#!/usr/bin/env node
// Runs the epilot of this system, which npm installed beside this package, as
// if it had been called itself: the same arguments, streams, signals and status.
"use strict";

const { spawn } = require("node:child_process");

const system = `${process.platform}-${process.arch}`;
const packageName = `@epilot-cli/epilot-${system}`;

function program() {
  const name = process.platform === "win32" ? "epilot.exe" : "epilot";
  try {
    return require.resolve(`${packageName}/bin/${name}`);
  } catch {
    return missing();
  }
}

// missing is reported with the status of a local file that cannot be read.
function missing() {
  const known = require("../package.json").optionalDependencies;
  const hint = packageName in known
    ? "install again without --omit=optional or --no-optional, and on the system that will run it"
    : `there is none for ${system}; there are: ${Object.keys(known).map((name) => name.replace("@epilot-cli/epilot-", "")).join(", ")}`;
  console.error(`error: the package ${packageName} is not installed\nhint: ${hint}`);
  process.exit(5);
}

// A terminal sends Ctrl-C to the child as well, and a second one would end it
// at once; only a child that a second later is still there was not told. The
// handlers come before the child: without them, a signal would leave it behind.
const toldByTerminal = 1000;
process.on("SIGINT", () => setTimeout(() => child.kill("SIGINT"), toldByTerminal).unref());
for (const signal of ["SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit" });

child.on("error", (error) => {
  console.error(`error: ${error.message}`);
  process.exit(5);
});

child.on("exit", (status, signal) => {
  if (signal === null) {
    process.exit(status);
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
