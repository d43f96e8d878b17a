// --record: keeps the records of a trace as the ring has them, with what is needed to print them elsewhere.
import { closeSync, openSync } from 'node:fs';
import { arch, hostname, release } from 'node:os';
import { errnoText } from '../../abi/errno.js';
import { UsageError } from '../../errors.js';
import { Block } from '../../record/file/format.js';
import { RecordFileWriter } from '../../record/file/writer.js';
import { VERSION } from '../../version.js';
import type { TraceOptions } from '../options.js';
import { cannotOpen } from '../streams.js';
import { readFacts } from './facts.js';
import { factsJson, headerOf } from './header.js';
import { PlanWriter } from './plans.js';

/** Milliseconds after which facts of the machine are looked at again. */
const FACTS_MS = 1000;

/** The zone in which local times are shown: a variable that names none means UTC, as for Date. */
const timeZone = (): string => process.env.TZ ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Writes one recording. */
export class Recorder {
  /** Is told of the plans. */
  readonly plans: PlanWriter;
  private readonly file: RecordFileWriter;
  private readonly fd: number;
  private facts = '';
  private looked = 0;
  private complained = false;

  /** Opens the file before anything is traced. @throws UsageError */
  constructor(
    private readonly path: string,
    options: TraceOptions,
    private readonly complain: (text: string) => void,
  ) {
    try {
      this.fd = openSync(path, 'w', 0o666);
    } catch (error) {
      throw new UsageError(cannotOpen(path, error));
    }
    this.file = new RecordFileWriter(this.fd);
    this.plans = new PlanWriter(this.file);
    const about = { tstrace: VERSION, kernel: release(), machine: arch(), host: hostname() };
    this.file.value(Block.Header, headerOf(options, { ...about, started: Date.now(), timeZone: timeZone() }));
    this.writeFacts();
  }

  /** Facts of the machine, when they have changed: records from here on are printed by them. */
  private writeFacts(): void {
    const facts = readFacts();
    this.looked = performance.now();
    // The time of the start, by two clocks, differs a little at each look.
    const names = JSON.stringify([...facts.interfaces, ...facts.families]);
    if (names === this.facts) return;
    this.facts = names;
    this.file.value(Block.Facts, factsJson(facts));
  }

  /** Keeps records. */
  batch(records: Uint8Array): void {
    if (performance.now() - this.looked > FACTS_MS) this.writeFacts();
    this.file.records(records);
    const { failure } = this.file;
    if (!failure || this.complained) return;
    this.complained = true;
    this.complain(`${this.path}: ${errnoText(-(failure.errno ?? -5))}: the recording ends here`);
  }

  /** The trace has ended. */
  finish(): void {
    this.file.value(Block.End, { records: this.file.recorded });
    closeSync(this.fd);
  }
}
