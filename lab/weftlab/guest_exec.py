"""The host's end of the exec channel: one command in a guest, over one of its virtio-serial ports.

The frames are described in guest/exec_agent.cc. Each port of the guest is a Unix socket here; a lock file says which are
in use, and the kernel drops the lock with the process that held it.
"""
import fcntl
import os
import select
import signal
import socket
import time

from weftlab.errors import LabError

SLOTS = 6  # the driver keeps 4 MiB of buffers for each
END, ESCAPE = b"\xc0", b"\xdb"
ESCAPED_END, ESCAPED_ESCAPE = b"\xdb\xdc", b"\xdb\xdd"
CHUNK = 16384


def socket_path(folder, slot):
    return folder / f"exec{slot}.sock"


def execute(folder, command, *, stdin=0, stdout=1, stderr=2, timeout=None):
    """Runs a command in the guest whose ports are in this folder; gives its exit code."""
    deadline = None if timeout is None else time.monotonic() + timeout
    with _take_slot(folder, deadline) as channel:
        session = os.urandom(8)
        words = b"\0".join(os.fsencode(word) for word in command)
        channel.send(b"S" + session + words)
        channel.wait_for(b"R" + session, deadline)
        return _Session(channel, stdin, {b"O": stdout, b"e": stderr}, deadline).run()


def _take_slot(folder, deadline):
    while True:
        for slot in range(SLOTS):
            lock = os.open(folder / f"exec{slot}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return _Channel(socket_path(folder, slot), lock)
            except BlockingIOError:
                os.close(lock)
        _check_time(deadline)
        time.sleep(0.05)


def _check_time(deadline):
    if deadline is not None and time.monotonic() > deadline:
        raise LabError("the guest does not answer")


class _Channel:
    """Frames over one port."""

    def __init__(self, path, lock):
        self._lock = lock
        self._buffer = b""
        self._ahead = []
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(str(path))
        except OSError as error:
            os.close(lock)
            raise LabError("the guest does not run") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        os.close(self._lock)

    def send(self, frame):
        escaped = frame.replace(ESCAPE, ESCAPED_ESCAPE).replace(END, ESCAPED_END)
        self.socket.sendall(END + escaped + END)

    def receive(self):
        """The frames that have arrived whole; blocks until something comes."""
        if self._ahead:
            frames, self._ahead = self._ahead, []
            return frames
        try:
            data = self.socket.recv(CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            raise LabError("the guest has ended")
        *frames, self._buffer = (self._buffer + data).split(END)
        return [f.replace(ESCAPED_END, END).replace(ESCAPED_ESCAPE, ESCAPE) for f in frames if f]

    def has_frames(self):
        """Whether frames came along with an earlier one."""
        return bool(self._ahead)

    def wait_for(self, wanted, deadline):
        """Drops what an earlier client left unread, and keeps what follows."""
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self.socket], [], [], left)[0]:
                raise LabError("the guest does not answer")
            frames = self.receive()
            if wanted in frames:
                self._ahead = frames[frames.index(wanted) + 1:]
                return


class _Session:
    def __init__(self, channel, stdin, outputs, deadline):
        self._channel = channel
        self._stdin = stdin
        self._outputs = outputs
        self._deadline = deadline

    def run(self):
        sources = [self._channel.socket] + ([] if self._stdin is None else [self._stdin])
        if self._stdin is None:
            self._channel.send(b"E")
        code = self._take_frames() if self._channel.has_frames() else None
        while code is None:
            ready = select.select(sources, [], [], 1.0 if self._deadline else None)[0]
            _check_time(self._deadline)
            if self._stdin in ready and not self._send_input():
                sources.remove(self._stdin)
            if self._channel.socket in ready:
                code = self._take_frames()
        return code

    def _send_input(self):
        data = os.read(self._stdin, CHUNK)
        self._channel.send(b"I" + data if data else b"E")
        return bool(data)

    def _take_frames(self):
        for frame in self._channel.receive():
            kind, data = frame[:1], frame[1:]
            if kind in self._outputs:
                self._write(self._outputs[kind], data)
            elif kind == b"X":
                return int(data)
        return None

    @staticmethod
    def _write(fd, data):
        while data and fd is not None:
            try:
                data = data[os.write(fd, data):]
            except BrokenPipeError:
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                os.kill(os.getpid(), signal.SIGPIPE)
