// `npm run demo`: the built program on the example, as a user would run it. That it finds
// mistakes (exit status 1) is the point of the example, so only real trouble fails here.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = "examples/task-inspector.bpf.c";
const foundSomething = 1;

console.log(`$ kfunc-ls check ${example}\n`);
const { status } = spawnSync(process.execPath, ["server/bin/kfunc-ls.js", "check", example], {
  cwd: root,
  stdio: "inherit",
});
if (status === foundSomething) console.log("\n(kfunc-ls check has exit status 1 when it finds errors.)");
else process.exitCode = status === 0 ? 2 : (status ?? 2);
