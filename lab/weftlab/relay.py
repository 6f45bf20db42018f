"""Runs a command in the place of this process: same stdin, stdout, stderr, exit code.

A command may end and leave children that keep its output open. Who reads our output through a pipe must not wait for
them, so a pipe is relayed: when the command has ended, so do we, and a reader stays behind for the children.
"""
import os
import select
import signal
import stat

CHUNK = 65536


def become(argv, env=None):
    """Runs argv to its end and exits with its code. Does not return."""
    env = os.environ if env is None else env
    piped = [fd for fd in (1, 2) if stat.S_ISFIFO(os.fstat(fd).st_mode) or stat.S_ISSOCK(os.fstat(fd).st_mode)]
    if not piped:
        os.execvpe(argv[0], argv, env)
    os._exit(_relay(argv, env, piped))


def _relay(argv, env, piped):
    pipes = {fd: os.pipe() for fd in piped}
    actions = [(os.POSIX_SPAWN_DUP2, write, fd) for fd, (_, write) in pipes.items()]
    # The command must not outlive us: whoever kills us means it.
    command = ["setpriv", "--pdeathsig", "KILL", *argv]
    pid = os.posix_spawnp(command[0], command, env, file_actions=actions)
    for _, write in pipes.values():
        os.close(write)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: os.kill(pid, received))
    still_open = _copy_until_end(pid, {read: fd for fd, (read, _) in pipes.items()})
    _, status = os.waitpid(pid, 0)
    if still_open:
        _leave_reader(still_open)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


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
