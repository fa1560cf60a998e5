/** Which statuses a probe is content with: 200, "200-399", or a list of such. */

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export type StatusRanges = readonly StatusRange[];

/** @throws RangeError - Something in it is no status; the message says what is allowed. */
export function readStatusRanges(written: number | string | readonly (number | string)[]): StatusRanges {
  const list = typeof written === "object" ? written : [written];
  return list.map((one) => {
    const [, from = "", to = from] = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(String(one)) ?? [];
    if (from === "" || Number(from) > Number(to)) {
      throw new RangeError(`${JSON.stringify(one)} is no status: write 200 or "200-399"`);
    }
    return { from: Number(from), to: Number(to) };
  });
}

export function holdsStatus(ranges: StatusRanges, status: number): boolean {
  return ranges.some(({ from, to }) => status >= from && status <= to);
}

/** In words, such as "200 to 299 or 404". */
export function shownRanges(ranges: StatusRanges): string {
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`)).join(" or ");
}
