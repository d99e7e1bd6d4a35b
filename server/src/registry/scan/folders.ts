// Where in a kernel tree the scanner looks.

/** Code that may define kfuncs. */
export const CODE_FOLDERS = [
  "kernel",
  "net",
  "mm",
  "fs",
  "io_uring",
  "security",
  "block",
  "lib",
  "ipc",
  "crypto",
  "drivers",
  "arch",
  "tools/testing/selftests/bpf",
];

/** Folders whose headers are register descriptions by the hundred megabytes and say nothing about BPF. */
export const FOLDERS_WITHOUT_HEADERS: ReadonlySet<string> = new Set(["drivers", "arch"]);

/** Where a list macro is looked for: "X-macros" stand in headers, or in the file itself. */
export const HEADER_FOLDERS = ["include", "net", "kernel"];

/** Kfuncs defined here exist only in kernels that load the test modules. */
export const TEST_FOLDER = "tools/testing/selftests/bpf/";

/** Test programs of user space use the set macros as well, on functions that no kernel has. */
export const USER_SPACE = /^tools\/testing\/selftests\/bpf\/(?:progs|prog_tests)\//;

/** All of a folder of module sources. */
export const EVERYWHERE = [""];
