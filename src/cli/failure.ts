import { Interrupted } from "../io/tar-file.ts";

/** Ends a command with a message for stderr and an exit status. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** Returns the failure to write a file. After an interrupt from the keyboard the status is 130, as that of a shell is. */
export function writeFailure(file: string, error: unknown): CliError {
  return new CliError(`cannot write ${file}: ${(error as Error).message}`, error instanceof Interrupted ? 130 : 1);
}
