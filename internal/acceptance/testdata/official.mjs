// Runs many command lines in one process of the official CLI: its start takes
// ten times as long as a call. Each line of the file is a JSON array of words,
// the API's module first; what the call leaves behind is a line on stdout.
//
//   node official.mjs SCRIPT FILE </dev/null
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [script, file] = process.argv.slice(2);
const dist = dirname(dirname(script));
const modules = readdirSync(dist);
const { runCommand } = await import(pathToFileURL(createRequire(script).resolve("citty")));
const print = process.stdout.write.bind(process.stdout);

const commandOf = async (name) => {
  const module = modules.find((entry) => entry.replace(/-[A-Z0-9]{8}\.js$/, "") === name);
  return (await import(pathToFileURL(join(dist, module)))).default;
};

const run = async ([name, ...rawArgs]) => {
  const left = { status: 0, out: "", err: "" };
  const over = new Error("process.exit");
  process.stdout.write = (text) => ((left.out += text), true);
  process.stderr.write = (text) => ((left.err += text), true);
  process.exit = (status) => {
    left.status ||= status ?? 0;
    throw over;
  };
  try {
    await runCommand(await commandOf(name), { rawArgs });
  } catch (error) {
    if (error !== over) {
      left.status = 1;
      left.err += error;
    }
  }
  process.stdout.write = print;
  process.stdin.removeAllListeners(); // of calls that looked for a body there
  return left;
};

for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
  print(JSON.stringify(await run(JSON.parse(line))) + "\n");
}
