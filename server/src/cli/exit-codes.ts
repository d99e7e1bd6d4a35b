// The exit status is part of the interface: scripts and CI jobs decide by it.

export const exitCodes = {
  clean: 0,
  /** At least one finding of severity error. */
  findings: 1,
  /** Wrong usage, or an input that could not be read; the other inputs were still checked. */
  usage: 2,
} as const;
