/** Time as logs write it. The part that changes once a second is made once a second. */

/** Text for a moment given in milliseconds since the epoch. */
export type TimeText = (wall: number) => string;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `22/Nov/2026:07:34:39 +0000`, in local time, as the NCSA formats have it. */
export function ncsaTime(): TimeText {
  return perSecond((date) => {
    const day = two(date.getDate());
    const month = months[date.getMonth()] as string;
    return `${day}/${month}/${date.getFullYear()}:${clock(date)} ${zone(-date.getTimezoneOffset())}`;
  });
}

/** `07:34:39`, in local time. */
export function clockTime(): TimeText {
  return perSecond(clock);
}

/** `2026-11-22T07:34:39.123Z` (RFC 3339). */
export function isoTime(): TimeText {
  const upToSeconds = perSecond((date) => date.toISOString().slice(0, 20));
  return (wall) => {
    const millis = Math.floor(wall) % 1000;
    const zeros = millis < 10 ? "00" : millis < 100 ? "0" : "";
    return `${upToSeconds(wall)}${zeros}${millis}Z`;
  };
}

function perSecond(format: (date: Date) => string): TimeText {
  let second = Number.NaN;
  let text = "";
  return (wall) => {
    const now = Math.floor(wall / 1000);
    if (now !== second) {
      second = now;
      text = format(new Date(now * 1000));
    }
    return text;
  };
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function zone(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}
