// Numbers as people read them.

const integers = new Intl.NumberFormat('en');

/** `1,234,567` */
export const count = (n: number): string => integers.format(n);

/** Three digits that count, without exponents. */
function digits(n: number): string {
  const decimals = n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2;
  return n.toFixed(decimals);
}

/** Nanoseconds: `870 ns`, `12.3 µs`, `4.56 ms`, `7.89 s`, `3 min 20 s`, `2 h 05 min`. */
export function time(ns: number): string {
  if (ns < 1) return '0';
  if (ns < 999.5) return `${Math.round(ns)} ns`;
  if (ns < 999.5e3) return `${digits(ns / 1e3)} µs`;
  if (ns < 999.5e6) return `${digits(ns / 1e6)} ms`;
  if (ns < 99.95e9) return `${digits(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${count(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A moment since the start, for an axis or a table: all of one trace with the same unit. */
export function moment(ns: number, duration: number): string {
  if (duration < 1e6) return `${(ns / 1e3).toFixed(1)} µs`;
  if (duration < 1e9) return `${(ns / 1e6).toFixed(duration < 1e7 ? 2 : 1)} ms`;
  if (duration < 600e9) return `${(ns / 1e9).toFixed(duration < 10e9 ? 3 : 2)} s`;
  const seconds = Math.round(ns / 1e9);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `0 B`, `12.3 KiB`, `4.56 GiB` */
export function bytes(n: number): string {
  let unit = 0;
  let value = n;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : digits(value)} ${UNITS[unit]}`;
}

/** A share as `12.3 %`; little ones as `< 0.1 %`. */
export function percent(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %';
  const value = (100 * part) / whole;
  return value < 0.1 ? '< 0.1 %' : `${value >= 99.95 ? 100 : value.toFixed(1)} %`;
}

/** `1 call`, `2 calls` */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
