/**
 * Thrown for the value of a setting that is not usable. The message says what was expected; the caller adds file, key
 * and value.
 */
export class SettingError extends Error {
  override readonly name = "SettingError";
}
