export const EX_USAGE = 64;

/** What a command ends with when it cannot do what it was told: a text for people, and an exit status. */
export class CliError extends Error {
  override readonly name = "Failure";
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
