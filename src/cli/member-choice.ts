/** Which members of which groups an operator means by a few letters. */
import type { GroupStatus } from "../upstream/index.ts";

export interface ChosenMember {
  readonly group: string;
  readonly id: string;
}

/**
 * The members meant: one, or the same upstream in several groups.
 *
 * @param text - Its id, or a part of it that no other upstream's id has, such as ":3000".
 * @param group - Only of this group.
 * @returns What is wrong, in words, where it is none or not clear which.
 */
export function chooseMembers(
  groups: readonly GroupStatus[],
  text: string,
  group: string | undefined,
): readonly ChosenMember[] | string {
  const among = group === undefined ? groups : groups.filter(({ name }) => name === group);
  if (among.length === 0) {
    const names = listed(groups.map(({ name }) => name));
    return group === undefined ? "this server has no upstreams" : `no group is called ${group}: ${names}`;
  }
  const all = among.flatMap(({ name, members }) => members.map(({ id }) => ({ group: name, id })));
  const exact = all.filter(({ id }) => id === text);
  const found = exact.length > 0 ? exact : ending(all, text);
  const ids = [...new Set(found.map(({ id }) => id))];
  if (ids.length === 0) {
    return `no upstream is called ${text}: ${listed(all.map(({ id }) => id))}`;
  }
  return ids.length === 1 ? found : `${text} may be each of ${ids.join(", ")}: say more of its name`;
}

/** What ends so is meant rather than what has it somewhere: "3000" is no part of "13000". */
function ending(all: readonly ChosenMember[], text: string): readonly ChosenMember[] {
  const bounded = all.filter(({ id }) => id.endsWith(text) && !/\w$/.test(id.slice(0, -text.length)));
  return bounded.length > 0 ? bounded : all.filter(({ id }) => id.includes(text));
}

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  return distinct.length === 0 ? "there is none" : `there is ${distinct.join(", ")}`;
}
