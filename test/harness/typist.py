#!/usr/bin/env python3
"""Types at a shell on a terminal: typist.py SHELL SETUP ANSWERS, lines of keys as a JSON list on standard input.

SETUP is a file that the shell reads first. The commands typed are to write to the file ANSWERS, the last of each a line `.`:
the next line is typed when it is there, so that no key comes too early. What the terminal showed goes to standard output.
"""
import fcntl, json, os, pty, select, struct, sys, termios, time

SHELLS = {'bash': ['bash', '--noprofile', '--norc', '-i'], 'zsh': ['zsh', '-f', '-i'], 'fish': ['fish', '--no-config', '-i']}
LIMIT = 20

shell, setup, answers = sys.argv[1:4]
lines = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM='xterm', PS1='$ ', HOME=os.path.dirname(answers), LC_ALL='C.UTF-8')
    os.execvp(SHELLS[shell][0], SHELLS[shell])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 400, 1000, 0, 0))
seen = b''


def read(seconds):
    global seen
    if select.select([terminal], [], [], seconds)[0]:
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            pass


def answered():
    try:
        with open(answers) as file:
            return file.read().splitlines().count('.')
    except FileNotFoundError:
        return 0


def type_line(keys, number):
    os.write(terminal, keys.encode() + b'\r')
    until = time.monotonic() + LIMIT
    while answered() < number:
        read(0.02)
        if time.monotonic() > until:
            sys.exit(f'{shell} did not answer {keys!r}: {seen[-2000:]!r}')


def prompted(since):
    """Waits for the prompt, and until the shell is silent: a tab that comes before it reads keys completes nothing."""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        before = len(seen)
        read(0.15)
        if len(seen) == before and b'$ ' in seen[since:]:
            return


prompted(0)
for number, keys in enumerate([f'source {setup}'] + lines, 1):
    type_line(keys, number)
    prompted(len(seen) if seen.endswith(b'\n') else max(0, seen.rfind(b'\n')))
os.write(terminal, b'exit\r')
until = time.monotonic() + LIMIT
while os.waitpid(pid, os.WNOHANG)[0] == 0 and time.monotonic() < until:
    read(0.02)
sys.stdout.buffer.write(seen)
