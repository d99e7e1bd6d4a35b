// Tests run on the TypeScript sources; the WebAssembly grammar and the queries
// still have to be where the sources look for them.
import { copyAssets } from "../../server/scripts/copy-assets.ts";

export default function setup(): void {
  copyAssets();
}
