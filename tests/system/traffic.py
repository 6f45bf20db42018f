"""Streams of numbered messages between places, all driven by one thread: who arrived, when, and what is missing."""
import collections
import select
import selectors
import socket
import struct
import threading
import time

from place import PATIENCE
from story.teller import Teller

NUMBER = struct.Struct("!Q")
QUESTION = b"question"
MEMORY = 4096  # how many arrivals a stream remembers


class Stream:
    """Numbered messages in one direction, over TCP or UDP."""

    def __init__(self, sender, receiver, target=None):
        self.sender, self.receiver, self._target = sender, receiver, target
        self.sent = self.received = self.missing = 0
        self.arrivals = collections.deque(maxlen=MEMORY)
        self.error = None
        self._pending = b""

    @property
    def last_arrival(self):
        return self.arrivals[-1] if self.arrivals else 0.0

    @property
    def intact(self):
        """Nothing was lost so far but what is on its way."""
        return self.error is None and self.missing == 0

    def arrivals_since(self, moment):
        return sum(arrival > moment for arrival in list(self.arrivals))

    def send(self):
        try:
            message = NUMBER.pack(self.sent)
            self.sender.send(message) if self._target is None else self.sender.sendto(message, self._target)
            self.sent += 1
        except BlockingIOError:
            pass  # the other end takes nothing any more
        except OSError as error:
            self.error = self.error or error

    def receive(self):
        try:
            data = self.receiver.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self.error = self.error or error
            return
        if data == QUESTION:
            return
        data = self._pending + data
        whole = len(data) - len(data) % NUMBER.size
        for number, in NUMBER.iter_unpack(data[:whole]):
            self.missing += number - (self.received + self.missing)
            self.received += 1
            self.arrivals.append(time.monotonic())
        self._pending = data[whole:]


def _ask(near, target, far):
    """Where the question came from, or None if it does not arrive soon."""
    near.sendto(QUESTION, target)
    return far.recvfrom(100)[1] if select.select([far], [], [], 0.05)[0] else None


class Traffic:
    """Sends a message of every stream each interval (seconds), and receives them, until the block ends."""

    def __init__(self, interval):
        self._interval = interval
        self._selector = selectors.DefaultSelector()
        self._sockets, self._streams = [], []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()
        for opened in self._sockets:
            opened.close()
        self._selector.close()

    def tcp(self, client, server, port, source=None):
        """Two streams of one connection: what the client sends, and what the server sends."""
        listener = self._open(server.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server.ip, port))
        listener.listen()
        listener.settimeout(PATIENCE)
        near = self._open(client.socket())
        near.settimeout(PATIENCE)
        near.bind((source or client.ip, 0))
        near.connect((server.ip, port))
        far = self._open(listener.accept()[0])
        listener.close()
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Stream(near, far), Stream(far, near)

    def udp(self, client, server, port, source=None):
        """Two streams of one pair of addresses. The client asks until its question arrives, so that rules may come late."""
        far = self._open(server.socket(kind=socket.SOCK_DGRAM))
        far.bind((server.ip, port))
        near = self._open(client.socket(kind=socket.SOCK_DGRAM))
        near.bind((source or client.ip, 0))
        far.setblocking(False)
        asker = Teller.wait_quietly(lambda: _ask(near, (server.ip, port), far), f"UDP port {port} is open")
        return Stream(near, far, (server.ip, port)), Stream(far, near, asker)

    def start(self, *streams):
        """Streams run from now on; returns when a message of each has arrived."""
        with self._lock:
            for stream in streams:
                stream.sender.setblocking(False)
                stream.receiver.setblocking(False)
                self._selector.register(stream.receiver, selectors.EVENT_READ, stream)
                self._streams.append(stream)
        Teller.wait_quietly(lambda: all(stream.received for stream in streams), "every stream flows")

    def stop(self, *streams):
        with self._lock:
            for stream in streams:
                self._selector.unregister(stream.receiver)
                self._streams.remove(stream)
                for end in (stream.sender, stream.receiver):
                    end.close()

    def _open(self, opened):
        self._sockets.append(opened)
        return opened

    def _run(self):
        due = time.monotonic()
        while not self._stopping.is_set():
            with self._lock:
                for stream in self._streams:
                    stream.send()
            due = max(due + self._interval, time.monotonic())
            while (left := due - time.monotonic()) > 0:
                self._receive(left)

    def _receive(self, left):
        for key, _ in self._selector.select(left):
            with self._lock:
                if key.fileobj.fileno() >= 0:
                    key.data.receive()
