// Which kernel function an extern of the program stands for. A "flavor" lets a program declare one kfunc
// with several prototypes: libbpf (1.3 on) drops the last `___suffix` of the name before it looks the function up.
// The loader is the program's own and usually newer than the kernel, so this does not depend on the kernel.

export function externTarget(name: string): string {
  // Exactly three underscores, something else on both sides.
  const flavor = /^(.*[^_])___[^_].*$/.exec(name);
  return flavor?.[1] ?? name;
}
