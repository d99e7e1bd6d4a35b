// Bounds of type resolution. Real headers stay far below; generated or hostile
// input must not exhaust the stack. Past a bound a type is `unknown`.

/** Nested types and expressions followed for one question. The deepest seen in kernel headers is below 40. */
export const maxTypeNesting = 200;

/** Anonymous records inside each other that a member is looked for in. */
export const maxAnonymousNesting = 32;

/** Members of one record; vmlinux.h has at most a few hundred. */
export const maxRecordFields = 20_000;
