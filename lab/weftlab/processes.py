"""The lab's processes: started in the background, recorded, found again, killed for good.

A record is a file with the process id and its start time: a recycled id is never taken for ours.
"""
import contextlib
import fcntl
import json
import os
import pathlib
import select
import signal
import time
from dataclasses import asdict, dataclass

from weftlab import netns
from weftlab.errors import LabError
from weftlab.layout import MARK
from weftlab.shell import wait_until


@dataclass
class Record:
    """A process that the lab started."""

    process: str
    node: str
    pid: int
    start_time: str
    pidfile: str = ""  # of the worker, where a monitor process restarts it


def log_file(lab, node_name, process):
    return lab.logs / f"{node_name}-{process.replace(':', '-')}.log"


def spawn(lab, node_name, process, argv, *, namespace=None, env=None, fds=None, pidfile=""):
    """Starts argv in the background, output to its log, and records it. fds: {number in the child: fd here}."""
    log = log_file(lab, node_name, process)
    log.parent.mkdir(parents=True, exist_ok=True)
    prefix = netns.enter(namespace) if namespace else []
    # After 1 and 2, so that a caller may put something else there.
    actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
               (os.POSIX_SPAWN_DUP2, 1, 2)]
    actions += [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in (fds or {}).items()]
    full = [str(a) for a in (*prefix, *argv)]
    pid = os.posix_spawnp(full[0], full, {**os.environ, **(env or {}), **lab.mark}, file_actions=actions, setsid=True)
    record = Record(process, node_name, pid, start_time(pid), str(pidfile))
    path = _record_path(lab, node_name, process)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(record)))
    return record


@contextlib.contextmanager
def locked(lab, node_name, process):
    """Nobody else kills or starts this process meanwhile."""
    path = _record_path(lab, node_name, process).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _record_path(lab, node_name, process):
    return lab.dir / "processes" / node_name / f"{process}.json"


def find(lab, node_name, process):
    """The record of a process, alive or not, or None."""
    path = _record_path(lab, node_name, process)
    try:
        return Record(**json.loads(path.read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def forget(lab, node_name, process):
    _record_path(lab, node_name, process).unlink(missing_ok=True)


def all_records(lab):
    paths = sorted((lab.dir / "processes").glob("*/*.json"))
    found = [find(lab, path.parent.name, path.stem) for path in paths]
    return [record for record in found if record]


def stat_fields(pid):
    """The fields of /proc/PID/stat after the command name, or None."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def start_time(pid):
    fields = stat_fields(pid)
    return fields[19] if fields else ""


def runs(pid):
    """True if the process exists and is not a zombie."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] not in "ZX"


def main_pid(lab, record):
    """The id of the process that does the work (not its monitor), or None when it is gone."""
    if record.pidfile:
        return _pid_from_file(lab, record.pidfile)
    return record.pid if runs(record.pid) and start_time(record.pid) == record.start_time else None


def _pid_from_file(lab, pidfile):
    try:
        pid = int(pathlib.Path(pidfile).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if runs(pid) and _is_marked(pid, lab) else None


def is_running(lab, node_name, process):
    record = find(lab, node_name, process)
    return record is not None and main_pid(lab, record) is not None


def kill(lab, node_name, process):
    """Kills a process (-9) and whoever would restart it; returns when it is gone. False if there was none."""
    record = find(lab, node_name, process)
    if not record:
        return False
    pids = {main_pid(lab, record)}
    if runs(record.pid) and start_time(record.pid) == record.start_time:
        pids |= {record.pid, *descendants({record.pid})}
    pids.discard(None)
    kill_all(pids)
    forget(lab, node_name, process)
    return bool(pids)


def kill_all(pids):
    """Sends SIGKILL to all and returns when none is left."""
    waiting = {}
    for pid in pids:
        try:
            waiting[pid] = os.pidfd_open(pid)
            signal.pidfd_send_signal(waiting[pid], signal.SIGKILL)
        except ProcessLookupError:
            continue
    for pid, fd in waiting.items():
        ended = select.select([fd], [], [], 20)[0]
        os.close(fd)
        if not ended:
            raise LabError(f"process {pid} does not end although it was killed")
    _wait_until_reaped(waiting)


def _wait_until_reaped(pids):
    """A killed process is seen in /proc until its parent, mostly init, takes note. One that never does is no reason to fail."""
    deadline = time.monotonic() + 5
    while any(stat_fields(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.002)


def sweep(lab):
    """Kills every process of the lab, recorded or not: marked ones, those in its namespaces, and their children."""
    def some_left():
        pids = _members(lab)
        kill_all(pids)
        return not pids
    wait_until(some_left, f"the processes of lab {lab.name} to end", timeout=30)


def _members(lab):
    namespaces = {_namespace_id(netns.path(name)) for name in netns.names() if lab.owns_namespace(name)}
    pids = {pid for pid in _all_pids()
            if _is_marked(pid, lab) or _namespace_id(f"/proc/{pid}/ns/net") in namespaces - {None}}
    return {pid for pid in (pids | descendants(pids)) - _own_line() if runs(pid)}


def _all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _is_marked(pid, lab):
    try:
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{MARK}={lab.name}".encode() in environment.split(b"\0")


def _namespace_id(path):
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def descendants(pids):
    """The children of these processes, and theirs."""
    parents = {}
    for pid in _all_pids():
        fields = stat_fields(pid)
        if fields:
            parents.setdefault(int(fields[1]), set()).add(pid)
    found, queue = set(), list(pids)
    while queue:
        for child in parents.get(queue.pop(), ()):
            if child not in found:
                found.add(child)
                queue.append(child)
    return found


def _own_line():
    """This process and its ancestors: a shell inside a node may run `down`."""
    line, pid = set(), os.getpid()
    while pid > 0:
        line.add(pid)
        fields = stat_fields(pid)
        pid = int(fields[1]) if fields else 0
    return line
