// The tree of tasks. Of very many, those that did least are folded into who made them.
import type { Ending, ReportData, Sums, TaskData } from './data.js';
import { CATEGORIES } from './data.js';
import { Buckets, type Scale } from './buckets.js';

/** Most tasks that are listed, unless more than these are alive at a time. */
const LISTED = 1000;
/** Most command lines that are told of one task. */
const COMMANDS = 20;

type Folded = { -readonly [key in keyof (Sums & { tasks: number })]: number };
const nothing = (): Folded => ({ tasks: 0, calls: 0, errors: 0, time: 0 });

/** A process or a thread. */
export class TaskNode {
  comm = '';
  readonly commands: string[] = [];
  calls = 0;
  errors = 0;
  time = 0;
  end = -1;
  ending: Ending = { how: 'gone' };
  readonly folded = nothing();
  /** Those of its children that are in the list. */
  children = 0;
  /** Place in the list; -1: it is in none. */
  index = -1;
  readonly lane: Buckets;

  constructor(
    public tid: number,
    readonly pid: number,
    readonly parent: TaskNode | undefined,
    readonly start: number,
    scale: Scale,
  ) {
    this.lane = new Buckets(scale, CATEGORIES.length);
  }

  /** It executes a program. */
  executes(command: string): void {
    if (this.commands.length < COMMANDS) this.commands.push(command);
  }
}

/** Two letters for each two buckets: see TaskData. */
function laneText({ lane }: TaskNode, width: number): { lane: string; first: number } {
  lane.sync();
  const first = lane.first >> 1;
  let text = '';
  for (let i = first; i < Math.ceil(lane.end / 2); i++) {
    let sum = 0;
    let most = 0;
    let best = -1;
    for (let s = 0; s < CATEGORIES.length; s++) {
      const part = lane.at(s, 2 * i) + lane.at(s, 2 * i + 1);
      sum += part;
      if (part > best) {
        best = part;
        most = s;
      }
    }
    text += sum <= 0 ? '..' : `${most}${Math.min(9, Math.floor((sum * 10) / (2 * width)))}`;
  }
  return { lane: text, first };
}

/** Keeps tasks. */
export class Tasks {
  private nodes: TaskNode[] = [];
  private readonly lost = nothing();
  private foldAt = 2 * LISTED;
  processes = 0;
  threads = 0;

  constructor(private readonly scale: Scale) {}

  /** A task begins. */
  add(tid: number, pid: number, parent: TaskNode | undefined, start: number): TaskNode {
    if (this.nodes.length >= this.foldAt) this.fold();
    const node = new TaskNode(tid, pid, parent, start, this.scale);
    if (parent) parent.children++;
    this.nodes.push(node);
    if (tid === pid) this.processes++;
    else this.threads++;
    return node;
  }

  /** Folds ended tasks without children in the list, least time first, until no more than LISTED are left. */
  private fold(): void {
    const away = new Set<TaskNode>();
    for (let left = this.nodes.length; left > LISTED;) {
      const ended = this.nodes.filter((n) => n.end >= 0 && n.children === 0 && n !== this.nodes[0] && !away.has(n));
      if (ended.length === 0) break;
      ended.sort((a, b) => a.time + a.folded.time - b.time - b.folded.time);
      for (const node of ended.slice(0, left - LISTED)) {
        away.add(node);
        left--;
        const { parent, folded } = node;
        const into = parent?.folded ?? this.lost;
        into.tasks += folded.tasks + 1;
        into.calls += folded.calls + node.calls;
        into.errors += folded.errors + node.errors;
        into.time += folded.time + node.time;
        if (parent) parent.children--;
      }
    }
    this.nodes = this.nodes.filter((n) => !away.has(n));
    this.foldAt = 2 * Math.max(LISTED, this.nodes.length);
  }

  /** The tasks in the order in which they began; `now`: where those end that have not. */
  data(now: number): Pick<ReportData, 'tasks' | 'folded'> {
    if (this.nodes.length > LISTED) this.fold();
    this.nodes.forEach((node, i) => (node.index = i));
    const { width } = this.scale;
    const tasks = this.nodes.map((node): TaskData => {
      const { tid, pid, parent, comm, commands, start, end, ending, calls, errors, time, folded } = node;
      return {
        tid,
        pid,
        parent: parent?.index ?? -1,
        comm,
        commands,
        start,
        end: end < 0 ? now : end,
        ending,
        calls,
        errors,
        time,
        ...laneText(node, width),
        ...(folded.tasks > 0 ? { folded } : {}),
      };
    });
    return { tasks, folded: this.lost };
  }
}
