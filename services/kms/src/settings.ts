/** What an operator may choose about the key service. */
export class KmsSettings {
  constructor(
    /** Answered as the realm of every key. */
    readonly region: string,
  ) {}
}
