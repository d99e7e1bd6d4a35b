// Entry of the bundled server: the same program as the `kfunc-ls` command.
import { run } from "../../server/src/main.ts";

await run(process.argv);
