/** What an operator may choose about the log service. */
export class LogsSettings {
  constructor(
    /** Days a new group keeps its lines unless it says otherwise. */
    readonly defaultRetentionDays: number,
    /** Streams of one group that functions may have: one for each, however many an account's quota allows. */
    readonly functionStreamsPerGroup: number,
  ) {}
}
