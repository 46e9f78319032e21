/** The platform's region: part of URNs and the name of every project. */
export class Region {
  constructor(readonly name: string) {}
}
