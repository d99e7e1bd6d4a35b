// How the stages between tokens and AST say that they cannot read a declaration.
// Thrown and caught inside this room: callers see a `problem`.

export class Unreadable extends Error {
  /** Token index the message is about. */
  readonly token: number;

  constructor(message: string, token: number) {
    super(message);
    this.token = token;
  }
}
