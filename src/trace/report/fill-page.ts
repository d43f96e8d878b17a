// A report into its page: as JSON that no name can break out of, and as a table for who runs no scripts.
import type { ReportData } from './data.js';

/** Where the page, as it is built, takes its parts (src/trace/report/page/page.html). */
const MARKS = { title: '{{title}}', plain: '{{plain}}', data: '{{data}}' } as const;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (ch) => ENTITIES[ch]);

/**
 * JSON for a script element: it holds no `<`, so that neither `</script>` nor `<!--` can stand in it (HTML, "Restrictions
 * for contents of script elements"), and nothing that ends a line of JavaScript.
 */
export const embeddedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<\u2028\u2029]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, '0')}`);

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);

/** The calls as -c shows them. */
function table({ calls, totals }: ReportData): string {
  const row = (...cells: (string | number)[]): string => cells.map((cell) => String(cell).padStart(12)).join(' ');
  return [
    row('seconds', 'calls', 'errors', 'call'),
    ...calls.map((c) => row(seconds(c.time), c.calls, c.errors, c.name)),
    row(seconds(totals.time), totals.calls, totals.errors, 'all'),
  ].join('\n');
}

/** What a report is about, in a few words. */
const subject = ({ command, attached }: ReportData): string =>
  [command, attached.length > 0 ? `processes ${attached.join(', ')}` : ''].filter(Boolean).join(' and ');

/** The page with a report in it. */
export function fillPage(page: string, report: ReportData): string {
  const parts: Readonly<Record<string, string>> = {
    [MARKS.title]: escapeHtml(subject(report).slice(0, 120)),
    [MARKS.plain]: escapeHtml(table(report)),
    [MARKS.data]: embeddedJson(report),
  };
  return page.replace(/\{\{\w+\}\}/g, (mark) => parts[mark] ?? mark);
}
