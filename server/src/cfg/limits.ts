// Bounds of graph building. A function past one of them has a `problem` and is
// reported as not analyzed.

/**
 * Statements and expressions inside each other. Each level costs a few stack frames;
 * 10,000 levels would overflow the stack. Real programs, macros expanded, stay below 80.
 */
export const maxNesting = 400;

/** Blocks of one function before merging. The largest real scheduler function makes about 3,000. */
export const maxBlocks = 50_000;

/**
 * Assignments one initializer may become. Past it the object's contents count as
 * not known; tables of this size are data, and no pointer of interest is in them.
 */
export const maxInitializerAssignments = 256;
