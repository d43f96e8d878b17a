// Clocks, sleeping, timers, and the discipline of the clock.
import type { Family } from '../index.js';
import { adjusting } from './adjust.js';
import { clocks } from './clock.js';
import { timeOfDay } from './time-of-day.js';
import { timers } from './timer.js';

export const time: Family = { ...clocks, ...timeOfDay, ...timers, ...adjusting };
