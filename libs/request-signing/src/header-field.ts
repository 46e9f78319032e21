/** One header line as sent or received; names in any case. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** All values of the header `name` (lower case), in order. */
export function valuesOf(headers: readonly HeaderField[], name: string): string[] {
  return headers.filter((field) => field.name.toLowerCase() === name).map((field) => field.value.trim());
}
