/** The Priority field: how urgent a response is, and whether parts of it are of use (RFC 9218). */
import { dictionaryMembers } from "./structured-dictionary.ts";

export interface Priority {
  /** 0 (first) to 7 (background); 3 unless told otherwise. */
  readonly urgency: number;
  /** The response is of use before it is whole: share the connection with its equals. */
  readonly incremental: boolean;
}

/** An integer from 0 to 7: zeros may stand before it, and -0 is 0 (RFC 9651 §3.3.1). */
const isUrgency = /^(?:-0{1,15}|0{0,14}[0-7])$/;

/** Every priority there is: a parsed one is always one of these objects. */
const priorities: readonly Priority[] = Array.from({ length: 16 }, (_, index) =>
  Object.freeze({ urgency: index >> 1, incremental: (index & 1) === 1 }),
);

export const defaultPriority: Priority = priorityOf(3, false);

/**
 * What a Priority field (several lines joined) or a PRIORITY_UPDATE frame says.
 *
 * ```abnf
 * sf-dictionary = dict-member *( OWS "," OWS dict-member )
 * ```
 *
 * @param base - What holds where the text says nothing: the defaults, or for a response the priority
 *   that its request asked for (RFC 9218 §8).
 * @returns One of sixteen shared objects. Unknown members and values out of range are ignored;
 *   a text that is no dictionary is ignored whole.
 * @throws Never.
 * @source RFC 9218 §4, §5; RFC 9651 §4.2.2.
 */
export function parsePriority(text: string, base: Priority = defaultPriority): Priority {
  const members = dictionaryMembers(text);
  if (members === undefined) {
    return base;
  }
  let { urgency, incremental } = base;
  const u = members.get("u");
  if (u !== undefined && isUrgency.test(u)) {
    urgency = Number(u);
  }
  const i = members.get("i");
  if (i === "?0" || i === "?1") {
    incremental = i === "?1";
  }
  return priorityOf(urgency, incremental);
}

/** As a field value; the defaults, which need not be said, are "". */
export function formatPriority({ urgency, incremental }: Priority): string {
  const members: string[] = [];
  if (urgency !== defaultPriority.urgency) {
    members.push(`u=${urgency}`);
  }
  if (incremental) {
    members.push("i");
  }
  return members.join(", ");
}

function priorityOf(urgency: number, incremental: boolean): Priority {
  return priorities[urgency * 2 + (incremental ? 1 : 0)] as Priority;
}
