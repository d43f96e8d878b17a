// --output-format=perfetto, read with protobufjs by Perfetto's own numbers: tracks, slices, instants, flows.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, ROOT, TSTRACE } from '../harness/run.js';

interface Interned {
  readonly iid: string;
  readonly name: string;
}
interface Note {
  readonly nameIid?: string;
  readonly stringValue?: string;
  readonly intValue?: string;
}
interface Packet {
  readonly timestamp?: string;
  readonly sequenceFlags: number;
  readonly trackEvent?: {
    readonly type: number;
    readonly nameIid?: string;
    readonly trackUuid: string;
    readonly categoryIids?: readonly string[];
    readonly flowIds?: readonly string[];
    readonly terminatingFlowIds?: readonly string[];
    readonly debugAnnotations?: readonly Note[];
  };
  readonly internedData?: {
    readonly eventNames?: readonly Interned[];
    readonly eventCategories?: readonly Interned[];
    readonly debugAnnotationNames?: readonly Interned[];
  };
  readonly trackDescriptor?: {
    readonly uuid: string;
    readonly parentUuid?: string;
    readonly process?: { readonly pid: number; readonly processName?: string };
    readonly thread?: { readonly pid: number; readonly tid: number; readonly threadName?: string };
  };
}
interface Mark {
  readonly type: number;
  readonly time: bigint;
  readonly track: string;
  readonly name: string | undefined;
  readonly category: string | undefined;
  readonly notes: ReadonlyMap<string | undefined, string | undefined>;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

const [BEGIN, END, INSTANT] = [1, 2, 3];
const dir = mkdtempSync(join(tmpdir(), 'tstrace-perfetto-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const Trace = protobuf.loadSync(join(ROOT, 'test', 'harness', 'perfetto.proto')).lookupType('Trace');

/** Reads a trace as Perfetto does: names are those told on the sequence up to and in the packet. */
function read(bytes: Uint8Array) {
  const { packet } = Trace.toObject(Trace.decode(bytes), { longs: String }) as { packet: readonly Packet[] };
  const names = new Map<string, string>();
  const categories = new Map<string, string>();
  const notes = new Map<string, string>();
  const tracks = new Map<string, NonNullable<Packet['trackDescriptor']>>();
  const marks: Mark[] = [];
  for (const p of packet) {
    for (const { iid, name } of p.internedData?.eventNames ?? []) names.set(iid, name);
    for (const { iid, name } of p.internedData?.eventCategories ?? []) categories.set(iid, name);
    for (const { iid, name } of p.internedData?.debugAnnotationNames ?? []) notes.set(iid, name);
    if (p.trackDescriptor) tracks.set(p.trackDescriptor.uuid, p.trackDescriptor);
    const e = p.trackEvent;
    if (!e) continue;
    expect(tracks.has(e.trackUuid)).toBe(true);
    marks.push({
      type: e.type,
      time: BigInt(p.timestamp ?? 0),
      track: e.trackUuid,
      name: names.get(e.nameIid ?? ''),
      category: categories.get(e.categoryIids?.[0] ?? ''),
      notes: new Map(e.debugAnnotations?.map((n) => [notes.get(n.nameIid ?? ''), n.stringValue ?? n.intValue])),
      from: e.flowIds ?? [],
      to: e.terminatingFlowIds ?? [],
    });
  }
  expect(packet[0]?.sequenceFlags).toBe(1);
  return { tracks, marks };
}

function run(options: readonly string[], command: readonly string[]) {
  const file = join(dir, 'trace');
  spawnSync(TSTRACE, ['--output-format=perfetto', '-o', file, ...options, ...command], {
    stdio: 'ignore',
    timeout: 60_000,
  });
  return read(readFileSync(file));
}

describe('--output-format=perfetto', () => {
  test('processes: tracks by comm, slices that end, errors, signals, flows', () => {
    const { tracks, marks } = run(['-f'], ['sh', '-c', 'ls /; cat /nope; trap : USR1; kill -USR1 $$; :']);
    const processes = [...tracks.values()].filter((t) => t.process);
    expect(new Set(processes.map((t) => t.process?.processName))).toEqual(new Set(['sh', 'ls', 'cat']));
    for (const t of tracks.values())
      if (t.thread) expect(tracks.get(t.parentUuid ?? '')?.process?.pid).toBe(t.thread.pid);
    for (const track of tracks.keys()) {
      const slices = marks.filter((m) => m.track === track && m.type !== INSTANT);
      for (let i = 0; i < slices.length; i += 2) {
        expect([slices[i].type, slices[i + 1].type]).toEqual([BEGIN, END]);
        expect(slices[i + 1].time >= slices[i].time).toBe(true);
        if (i > 0) expect(slices[i].time >= slices[i - 1].time - 1000n).toBe(true);
      }
    }
    const nope = marks.find((m) => m.notes.get('filename') === '/nope' || m.notes.get('pathname') === '/nope');
    expect(nope).toMatchObject({ name: expect.stringMatching(/ ENOENT$/) as string, category: 'failed' });
    expect(nope?.notes.get('result')).toBe('-1 ENOENT (No such file or directory)');
    expect(marks.some((m) => m.type === INSTANT && m.name === 'SIGUSR1' && m.category === 'signal')).toBe(true);
    expect(marks.some((m) => m.type === BEGIN && m.name === 'exit_group')).toBe(true);
    for (const [begins, ends, count] of [
      ['new task', 'attached', 2],
      ['execve', 'exec', 3],
    ] as const) {
      const from = marks.filter((m) => m.name === begins).flatMap((m) => m.from);
      const to = marks.filter((m) => m.name === ends).flatMap((m) => m.to);
      expect(from).toHaveLength(count);
      expect([...to].sort()).toEqual([...from].sort());
    }
  });

  test('flows lead from who makes to who is made, and from a program to the next; signals are instants', () => {
    const script = 'for i in 1 2 3 4 5 6 7 8; do (ls / & ls /; wait); done; trap : USR1; kill -USR1 $$; exec true';
    const { tracks, marks } = run(['-f'], ['sh', '-c', script]);
    const ends = new Map<string, { from: Mark[]; to: Mark[] }>();
    const of = (id: string): { from: Mark[]; to: Mark[] } => {
      const known = ends.get(id) ?? { from: [], to: [] };
      ends.set(id, known);
      return known;
    };
    for (const mark of marks) {
      for (const id of mark.from) of(id).from.push(mark);
      for (const id of mark.to) of(id).to.push(mark);
    }
    let [births, execs] = [0, 0];
    for (const { from, to } of ends.values()) {
      // An id may come again when its flow has ended.
      expect(from.length).toBe(to.length);
      from.forEach((begin, i) => {
        const [a, b] = [tracks.get(begin.track)?.thread, tracks.get(to[i].track)?.thread];
        if (to[i].name === 'attached') {
          births++;
          expect([begin.type, to[i].type]).toEqual([INSTANT, INSTANT]);
          expect(a?.tid).not.toBe(b?.tid);
        } else {
          execs++;
          expect([begin.type, begin.name, to[i].name]).toEqual([BEGIN, 'execve', 'exec']);
          expect(a?.tid).toBe(b?.tid);
          expect(begin.time <= to[i].time).toBe(true);
        }
      });
    }
    // Every task but the first has a maker, even where its own first stop was seen before its maker's.
    const attached = marks.filter((m) => m.name === 'attached');
    expect(births).toBe(attached.length - 1);
    // Eight subshells, with two programs each.
    expect(births).toBeGreaterThanOrEqual(24);
    expect(execs).toBe(18);
    const signals = marks.filter((m) => m.category === 'signal');
    expect(new Set(signals.map((m) => m.name))).toEqual(new Set(['SIGCHLD', 'SIGUSR1']));
    for (const m of signals) expect([m.type, m.from, m.to]).toEqual([INSTANT, [], []]);
  });

  test('threads lie under their process', () => {
    const { tracks } = run(['-f'], [compile('threads.c', ['-pthread'])]);
    const threads = [...tracks.values()].filter((t) => t.thread);
    expect(threads).toHaveLength(4);
    expect(new Set(threads.map((t) => t.parentUuid)).size).toBe(1);
  });

  test('filters hold, and standard output is a place for it', () => {
    const { stdout } = spawnSync(TSTRACE, ['--output-format=perfetto', '-e', 'trace=openat', 'true'], {
      stdio: 'pipe',
    });
    const { marks } = read(stdout);
    expect(new Set(marks.filter((m) => m.type === BEGIN).map((m) => m.name?.split(' ')[0]))).toEqual(
      new Set(['openat']),
    );
  });

  test('-ff: each file can be read for itself', () => {
    spawnSync(TSTRACE, ['--output-format=perfetto', '-ff', '-o', join(dir, 'own'), 'sh', '-c', 'ls /; :'], {
      stdio: 'ignore',
    });
    const files = readdirSync(dir).filter((name) => name.startsWith('own.'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      const { tracks } = read(readFileSync(join(dir, file)));
      expect([...tracks.values()].filter((t) => t.thread).map((t) => String(t.thread?.tid))).toContain(file.slice(4));
    }
  });

  test.each([
    ['ends the trace, as SIGPIPE does without -o', [], 141],
    ['does not harm the command with -o', ['-o', '/dev/stdout'], 7],
  ] as const)('a reader that goes away %s', (_, options, expected) => {
    const script = `"$0" "$@" sh -c 'ls / >/dev/null; sleep 0.3; ls / >/dev/null; exit 7' | head -c 100 >/dev/null
      exit \${PIPESTATUS[0]}`;
    const { status, stderr } = spawnSync('bash', ['-c', script, TSTRACE, '--output-format=perfetto', ...options], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(status).toBe(expected);
    expect(stderr).toBe(`tstrace: ${options[1] ?? 'standard output'}: Broken pipe\n`);
  });
});
