// Starts the program from its sources, as the command `kfunc-ls` does from dist/.
import { run } from "../../server/src/main.ts";

await run(process.argv);
