/** Who may be chosen at all. */
import type { Ask, Member } from "../contract.ts";

/** Whether a member has room for the request and was not asked for it before. */
export function isFree(member: Member, { tried }: Ask): boolean {
  return member.active < member.capacity && (tried.length === 0 || !tried.includes(member));
}
