// Preloaded into the server process of the tests: lets it run from TypeScript sources, in
// its worker threads too (tsx's own preload leaves those out).
import { register } from "tsx/esm/api";

register();
