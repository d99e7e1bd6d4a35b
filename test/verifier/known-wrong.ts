// Programs of fixtures/ on which the checker and a kernel do not agree today. A name
// that has become right makes the test fail, so that it leaves these lists that day.

/** Kernel, file, program: another verdict, or an error of which no pattern claims the kernel's message. */
export const knownWrong: readonly string[] = [];

/** File, program: a limit is met, so nothing is claimed. */
export const knownNotAnalyzed: readonly string[] = [];
