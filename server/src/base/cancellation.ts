// Cancellation without a protocol library: long loops ask, the owner decides.

export interface Cancellation {
  readonly requested: boolean;
}

/** Thrown by `checkCancelled`; the scheduler swallows it, nobody else should. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
  }
}

export function checkCancelled(cancellation: Cancellation | undefined): void {
  if (cancellation?.requested === true) throw new Cancelled();
}
