/** Times: Date, Last-Modified, Expires, If-Modified-Since and their kin (RFC 9110 §5.6.7). */
import { MisuseError } from "../message/index.ts";

const days: readonly string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const longDays: readonly string[] = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
const months: readonly string[] = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];
const monthLengths: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const dayKeys: readonly number[] = days.map((name) => threeLetters(name, 0));
const monthKeys: readonly number[] = months.map((name) => threeLetters(name, 0));
const two: readonly string[] = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

const gmtKey = threeLetters("GMT", 0);

const secondsPerDay = 86_400;
/** Days from 0000-03-01 to 1970-01-01. */
const epochDay = 719_468;
/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of year can say. */
const firstSecond = -62_167_219_200;
const lastSecond = 253_402_300_799;
/** Stands in for the current year where the caller does not tell it. */
const assumedYear = 2026;

/**
 * A time in any of the three forms, read strictly: names are case-sensitive, one space
 * where one is written, the day must exist in its month. The weekday must be one, but is
 * not checked against the date. A leap second is the second after it.
 *
 * ```abnf
 * HTTP-date    = IMF-fixdate / rfc850-date / asctime-date
 * IMF-fixdate  = day-name "," SP 2DIGIT SP month SP 4DIGIT SP time-of-day SP GMT
 * rfc850-date  = day-name-l "," SP 2DIGIT "-" month "-" 2DIGIT SP time-of-day SP GMT
 * asctime-date = day-name SP month SP ( 2DIGIT / ( SP DIGIT )) SP time-of-day SP 4DIGIT
 * ```
 *
 * @param nowYear - The current year (UTC), against which a two-digit year is read: more than
 *   50 years ahead means the century before.
 * @returns Milliseconds since the epoch, whole seconds; undefined where unreadable.
 * @throws Never.
 * @source RFC 9110 §5.6.7.
 */
export function parseHttpDate(text: string, nowYear: number = assumedYear): number | undefined {
  if (text.length === 29 && text.charCodeAt(3) === 0x2c) {
    return parseImfFixdate(text);
  }
  if (text.length === 24) {
    return parseAsctime(text);
  }
  return parseRfc850(text, nowYear);
}

/**
 * As IMF-fixdate, the form to send. A fraction of a second is cut off; a time outside
 * the years 0000 to 9999 becomes the nearest that can be written.
 *
 * @throws MisuseError - `ms` is no number.
 * @source RFC 9110 §5.6.7.
 */
export function formatHttpDate(ms: number): string {
  if (Number.isNaN(ms)) {
    throw new MisuseError("NaN is no time");
  }
  const second = Math.min(Math.max(Math.floor(ms / 1000), firstSecond), lastSecond);
  const day = Math.floor(second / secondsPerDay);
  const time = second - day * secondsPerDay;
  const { year, month, date } = civilFromDays(day);
  const clock = `${two[Math.floor(time / 3600)]}:${two[Math.floor(time / 60) % 60]}:${two[time % 60]}`;
  const years = `${two[Math.floor(year / 100)]}${two[year % 100]}`;
  // 1970-01-01 was a Thursday.
  return `${days[(((day + 4) % 7) + 7) % 7]}, ${two[date]} ${months[month]} ${years} ${clock} GMT`;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` */
function parseImfFixdate(text: string): number | undefined {
  const shaped =
    isSpace(text, 4) && isSpace(text, 7) && isSpace(text, 11) && isSpace(text, 16) && isGmt(text, 25);
  if (!shaped || !dayKeys.includes(threeLetters(text, 0))) {
    return undefined;
  }
  const year = digits(text, 12) * 100 + digits(text, 14);
  return timestamp(year, monthOf(text, 8), digits(text, 5), timeOfDay(text, 17));
}

/** `Sun Nov  6 08:49:37 1994` */
function parseAsctime(text: string): number | undefined {
  const shaped = isSpace(text, 3) && isSpace(text, 7) && isSpace(text, 10) && isSpace(text, 19);
  if (!shaped || !dayKeys.includes(threeLetters(text, 0))) {
    return undefined;
  }
  const date = isSpace(text, 8) ? digit(text, 9) : digits(text, 8);
  const year = digits(text, 20) * 100 + digits(text, 22);
  return timestamp(year, monthOf(text, 4), date, timeOfDay(text, 11));
}

/** `Sunday, 06-Nov-94 08:49:37 GMT` */
function parseRfc850(text: string, nowYear: number): number | undefined {
  const at = text.indexOf(",");
  const rest = text.slice(at + 1);
  const shaped = rest.length === 23 && isSpace(rest, 0) && isSpace(rest, 10) && isGmt(rest, 19);
  if (at < 0 || !shaped || rest[3] !== "-" || rest[7] !== "-" || !longDays.includes(text.slice(0, at))) {
    return undefined;
  }
  const century = Math.floor(nowYear / 100) * 100;
  let year = century + digits(rest, 8);
  if (year > nowYear + 50) {
    year -= 100;
  } else if (year <= nowYear - 50) {
    year += 100;
  }
  return timestamp(year, monthOf(rest, 4), digits(rest, 1), timeOfDay(rest, 11));
}

/** Milliseconds of a moment whose parts may be NaN (unreadable) or out of range. */
function timestamp(year: number, month: number, date: number, time: number): number | undefined {
  const last = month === 1 && !isLeap(year) ? 28 : (monthLengths[month] ?? 0);
  // Written so that NaN fails every comparison.
  if (!(year >= 0 && date >= 1 && date <= last && time >= 0)) {
    return undefined;
  }
  return (daysFromCivil(year, month, date) * secondsPerDay + time) * 1000;
}

/** Seconds into the day of `hh:mm:ss` at `start`; NaN where unreadable. */
function timeOfDay(text: string, start: number): number {
  const hour = digits(text, start);
  const minute = digits(text, start + 3);
  const second = digits(text, start + 6);
  const colons = text.charCodeAt(start + 2) === 0x3a && text.charCodeAt(start + 5) === 0x3a;
  if (!colons || hour > 23 || minute > 59) {
    return Number.NaN;
  }
  // Only the last minute of a day can have a leap second.
  const lastOfMinute = hour === 23 && minute === 59 ? 60 : 59;
  return second > lastOfMinute ? Number.NaN : hour * 3600 + minute * 60 + second;
}

function isSpace(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x20;
}

/** Whether `text` ends in " GMT", which starts at `at`. */
function isGmt(text: string, at: number): boolean {
  return isSpace(text, at) && threeLetters(text, at + 1) === gmtKey && text.length === at + 4;
}

/** The month named at `at`, from 0; -1 for anything else. */
function monthOf(text: string, at: number): number {
  return monthKeys.indexOf(threeLetters(text, at));
}

/** Three ASCII characters as one number, so that names are compared without cutting strings; -1 for others. */
function threeLetters(text: string, at: number): number {
  const a = text.charCodeAt(at);
  const b = text.charCodeAt(at + 1);
  const c = text.charCodeAt(at + 2);
  return a < 128 && b < 128 && c < 128 ? (a << 14) | (b << 7) | c : -1;
}

/** Two decimal digits at `at`; NaN for anything else. */
function digits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * Days since the epoch. Years are counted from 1 March, so that the leap day comes
 * last and the lengths of the months before follow (153 m + 2) / 5.
 */
function daysFromCivil(year: number, month: number, date: number): number {
  const y = month < 2 ? year - 1 : year;
  const m = (month + 10) % 12;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + Math.floor((153 * m + 2) / 5) + date - 1 - epochDay;
}

/** The inverse of `daysFromCivil`; `month` counts from 0. */
function civilFromDays(day: number): { year: number; month: number; date: number } {
  const shifted = day + epochDay;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = (m + 2) % 12;
  return {
    year: era * 400 + yearOfEra + (month < 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
  };
}
