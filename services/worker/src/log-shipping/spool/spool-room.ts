/** What the spools of all accounts share: how much they may hold together, in bytes, and the numbers of their files. */
export class SpoolRoom {
  private used = 0;
  private lastNumber = 0;

  constructor(
    readonly ofAll: number,
    readonly ofAccount: number,
  ) {}

  fits(accountBytes: number, bytes: number): boolean {
    return accountBytes + bytes <= this.ofAccount && this.used + bytes <= this.ofAll;
  }

  take(bytes: number): void {
    this.used += bytes;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
  }

  /** A file of an earlier process has that number. */
  found(number: number): void {
    this.lastNumber = Math.max(this.lastNumber, number);
  }

  nextNumber(): number {
    this.lastNumber += 1;
    return this.lastNumber;
  }
}
