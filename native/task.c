/* The table of tracees, by thread id. */
#include <stdlib.h>

#include "internal.h"

static struct task **bucket(struct session *s, pid_t tid)
{
	return &s->tasks[(uint32_t)tid % TASK_BUCKETS];
}

struct task *task_find(struct session *s, pid_t tid)
{
	struct task *t = s->found;
	if (t && t->tid == tid)
		return t;
	t = *bucket(s, tid);
	while (t && t->tid != tid)
		t = t->next;
	s->found = t;
	return t;
}

struct task *task_add(struct session *s, pid_t tid, uint32_t flags)
{
	struct task *t = calloc(1, sizeof *t);
	if (!t)
		abort(); /* a tracee that nobody restarts would hang for ever */
	t->tid = tid;
	t->flags = flags;
	t->mem_fd = -1;
	t->fd_dir = -1;
	t->next = *bucket(s, tid);
	*bucket(s, tid) = t;
	t->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = t;
	s->newest = t;
	s->task_count++;
	s->seen_count++;
	return t;
}

/* Its parent's event is still to come. */
static void remember_untold(struct session *s, const struct task *t)
{
	if (t->flags & TASK_UNTOLD)
		s->untold[s->untold_next++ % MAX_UNTOLD] = t->tid;
}

bool task_was_untold(struct session *s, pid_t tid)
{
	for (uint32_t i = 1; i <= MAX_UNTOLD && i <= s->untold_next; i++) {
		pid_t *entry = &s->untold[(s->untold_next - i) % MAX_UNTOLD];
		if (*entry == tid) {
			*entry = 0;
			return true;
		}
	}
	return false;
}

static void unlink_task(struct session *s, struct task *t)
{
	struct task **p = bucket(s, t->tid);
	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
}

void task_remove(struct session *s, struct task *t)
{
	remember_untold(s, t);
	unlink_task(s, t);
	s->found = NULL;
	*(t->older ? &t->older->newer : &s->oldest) = t->newer;
	*(t->newer ? &t->newer->older : &s->newest) = t->older;
	memory_forget(t);
	descriptor_forget(t);
	tamper_forget(s, t);
	free(t);
	s->task_count--;
}

void task_rename(struct session *s, struct task *t, pid_t tid)
{
	remember_untold(s, t);
	t->flags &= ~(uint32_t)TASK_UNTOLD;
	unlink_task(s, t);
	descriptor_forget(t);
	t->tid = tid;
	t->next = *bucket(s, tid);
	*bucket(s, tid) = t;
}
