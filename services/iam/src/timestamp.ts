/** Six digits after the second, as IAM writes moments. */
export function timestamp(moment: Date): string {
  return moment.toISOString().replace('Z', '000Z');
}
