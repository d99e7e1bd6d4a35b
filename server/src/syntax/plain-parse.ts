// The bare grammar over a text, nothing else: the yardstick the benchmark measures against.
import { Parser } from "web-tree-sitter";
import { loadLanguage } from "./runtime.ts";

/** Answers a function that parses a whole text and throws the tree away; it returns whether the tree is clean. */
export async function plainParser(): Promise<(text: string) => boolean> {
  const language = await loadLanguage();
  const parser = new Parser();
  parser.setLanguage(language);
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) return false;
    const clean = !tree.rootNode.hasError;
    tree.delete();
    return clean;
  };
}
