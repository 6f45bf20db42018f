"""Runs a command in the place of this process: same stdin, stdout, stderr, exit code.

A command may end and leave children that keep its output open. Who reads our output through a pipe must not wait for
them, so a pipe is relayed: when the command has ended, so do we, and a reader stays behind for the children.

A client of a container runtime forgets an end of stdin that comes before the command has started. Such a command first
writes a marker, which is not passed on, and its stdin does not end before that.
"""
import os
import select
import signal
import stat
import threading
from contextlib import suppress

CHUNK = 65536


def become(argv, env=None, marker=b""):
    """Runs argv to its end and exits with its code. Does not return. The marker is what argv writes when it has started."""
    env = os.environ if env is None else env
    piped = [fd for fd in (1, 2) if stat.S_ISFIFO(os.fstat(fd).st_mode) or stat.S_ISSOCK(os.fstat(fd).st_mode)]
    if not piped and not marker:
        os.execvpe(argv[0], argv, env)
    os._exit(_relay(argv, env, {1, *piped} if marker else piped, marker))


def _relay(argv, env, piped, marker):
    pipes = {fd: os.pipe() for fd in piped}
    actions = [(os.POSIX_SPAWN_DUP2, write, fd) for fd, (_, write) in pipes.items()]
    if marker:
        stdin, feed = os.pipe()
        actions.append((os.POSIX_SPAWN_DUP2, stdin, 0))
    # The command must not outlive us: whoever kills us means it.
    command = ["setpriv", "--pdeathsig", "KILL", *argv]
    pid = os.posix_spawnp(command[0], command, env, file_actions=actions)
    for _, write in pipes.values():
        os.close(write)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: os.kill(pid, received))
    if marker:
        os.close(stdin)
        started = threading.Event()
        threading.Thread(target=_feed, args=(feed, started), daemon=True).start()
        _wait_for_marker(pipes[1][0], marker)
        started.set()
    still_open = _copy_until_end(pid, {read: fd for fd, (read, _) in pipes.items()})
    _, status = os.waitpid(pid, 0)
    if still_open:
        _leave_reader(still_open)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _feed(target, started):
    """Copies our stdin; ends it once the command has started."""
    with suppress(OSError):  # the command has closed its stdin, or we have none
        while data := os.read(0, CHUNK):
            while data:
                data = data[os.write(target, data):]
    started.wait()
    os.close(target)


def _wait_for_marker(source, marker):
    """Takes the marker off the command's output. What comes instead when it can't start is passed on."""
    begin = b""
    while len(begin) < len(marker) and (data := os.read(source, len(marker) - len(begin))):
        begin += data
    if begin != marker:
        os.write(1, begin)


def _copy_until_end(pid, sources):
    """Copies until the command ends; gives back the pipes that somebody still holds open."""
    ended = os.pidfd_open(pid)
    poller = select.poll()
    for fd in (ended, *sources):
        poller.register(fd, select.POLLIN)
    while True:
        ready = [fd for fd, _ in poller.poll()]
        for fd in ready:
            if fd != ended and not _copy(fd, sources[fd]):
                poller.unregister(fd)
                del sources[fd]
        if ready == [ended] or not sources:
            break
    os.close(ended)
    return sources


def _copy(source, target):
    data = os.read(source, CHUNK)
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(target, view):]
        except BrokenPipeError:
            break  # our reader has gone: go on reading, so that the command does not block
    return bool(data)


def _leave_reader(pipes):
    """A process of its own that reads what the left children still write, until they end too."""
    if os.fork() > 0:
        return
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    for source in pipes:
        while os.read(source, CHUNK):
            pass
    os._exit(0)
