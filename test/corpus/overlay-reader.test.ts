import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { OverlayReader } from "../../server/scripts/corpus/overlay-reader.ts";
import { findKernelTree, SourceNotFound, selftestsTree } from "../../server/scripts/corpus/source-tree.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "corpus-"));
  mkdirSync(join(root, "tools/lib/bpf"), { recursive: true });
  mkdirSync(join(root, "tools/testing/selftests/bpf/progs"), { recursive: true });
  writeFileSync(join(root, "tools/lib/bpf/bpf_helpers.h"), "helpers");
  writeFileSync(join(root, "kernel-types.h"), "types");
  writeFileSync(join(root, "tools/testing/selftests/bpf/progs/b.c"), "");
  writeFileSync(join(root, "tools/testing/selftests/bpf/progs/a.c"), "");
  writeFileSync(join(root, "tools/testing/selftests/bpf/progs/a.h"), "");
});

afterEach(() => rmSync(root, { recursive: true }));

it("shows headers where a kernel build would put them", () => {
  const tree = selftestsTree(root, { vmlinux: join(root, "kernel-types.h"), includeDirs: [] });
  const reader = new OverlayReader(tree.overlay);
  const found = (name: string): string | undefined =>
    tree.config.includeDirs.map((dir) => reader.read(join(dir, name))).find((text) => text !== undefined);
  expect(tree.files).toEqual(["a.c", "b.c"]);
  expect(found("bpf/bpf_helpers.h")).toBe("helpers");
  expect(found("vmlinux.h")).toBe("types");
  expect(found("bpf/bpf_helper_defs.h")).toBeUndefined();
  expect(found("bpf")).toBeUndefined();
});

it("finds a tree by its root or by its selftests, and says so when there is none", () => {
  expect(findKernelTree("7.2", root)).toBe(root);
  expect(findKernelTree("7.2", join(root, "tools/testing/selftests/bpf"))).toBe(root);
  expect(() => findKernelTree("7.2", join(root, "tools"))).toThrow(SourceNotFound);
});

it("follows a header that was checked out as the text of a link", () => {
  mkdirSync(join(root, "arch"));
  writeFileSync(join(root, "vmlinux.h"), "arch/vmlinux.h");
  writeFileSync(join(root, "arch/vmlinux.h"), "vmlinux-1.h");
  writeFileSync(join(root, "arch/vmlinux-1.h"), "types");
  const reader = new OverlayReader({ directories: [], files: [] });
  expect(reader.read(join(root, "arch/vmlinux.h"))).toBe("types");
  expect(reader.read(join(root, "vmlinux.h"))).toBe("types");
});
