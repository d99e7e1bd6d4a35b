#!/usr/bin/env node
// Thin launcher: the program itself is compiled from src/ into dist/.
import { run } from "../dist/main.js";

await run(process.argv);
