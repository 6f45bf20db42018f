"""Many connections whose messages are spread over time; attempts that go on and on, with traps where they would arrive."""
import ctypes
import errno
import selectors
import socket
import struct
import threading
import time
from contextlib import ExitStack, closing
from typing import NamedTuple

from place import ETH_P_ALL
from traffic import Traffic

# Attempts have source ports of their own, below the ephemeral ones, another one each time: that is how traps know them.
FIRST_PORT, VARIETY = 10_000, 50
SO_ATTACH_FILTER = 26
ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86DD
SOURCE_PORT_AT = {ETH_P_IP: (9, 20), ETH_P_IPV6: (6, 40)}  # offsets of the protocol, and of the port where nothing is between


class Place6:
    """A place as its IPv6 address."""

    def __init__(self, place, address):
        self.place, self.ip = place, address

    def socket(self, family=socket.AF_INET6, kind=socket.SOCK_STREAM, protocol=0):
        return self.place.socket(family, kind, protocol)


class SpreadTraffic(Traffic):
    """Sends the streams' messages evenly over the interval: a burst of them all would overrun the switch's sockets."""

    def _run(self):
        due = time.monotonic()
        while not self._stopping.is_set():
            with self._lock:
                streams = tuple(self._streams)
            for stream in streams or (None,):
                if stream:
                    stream.send()
                due = max(due + self._interval / max(1, len(streams)), time.monotonic())
                while (left := due - time.monotonic()) > 0:
                    self._receive(left)


class Attempt(NamedTuple):
    """Somebody's try to reach a port of somebody else."""

    sender: object
    target: object
    port: int
    kind: socket.SocketKind

    def __str__(self):
        return f"{self.kind.name} {self.sender.ip} -> {self.target.ip} port {self.port}"


class Attempts:
    """Repeats every attempt each interval (seconds) until the block ends, and counts what arrives, be it one packet."""

    def __init__(self, attempts, places, interval):
        self.attempts, self._places = attempts, places
        self._pause = interval / len(attempts)
        self.made = 0
        self.arrived = {}  # number of the attempt: when it did last
        self.failures = []  # attempts that did not even leave the sender's kernel
        self._open = [None] * len(attempts)
        self._selector = selectors.DefaultSelector()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        with ExitStack() as opened:
            for place in self._places:
                trap = opened.enter_context(_trap(place, range(FIRST_PORT, FIRST_PORT + len(self.attempts) * VARIETY)))
                self._selector.register(trap, selectors.EVENT_READ)
            self._closing = opened.pop_all()
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()
        for one in self._open:
            if one:
                one.close()
        self._closing.close()
        self._selector.close()

    @property
    def going_on(self):
        return self._thread.is_alive() and not self.failures

    @property
    def rounds(self):
        return self.made // len(self.attempts)

    def _run(self):
        due = time.monotonic()
        while not self._stopping.is_set():
            self._try(self.made % len(self.attempts), self.rounds)
            self.made += 1
            due = max(due + self._pause, time.monotonic())
            while (left := due - time.monotonic()) > 0:
                self._listen(left)

    def _try(self, number, round_):
        if before := self._open[number]:
            before.close()
        attempt = self.attempts[number]
        mine = self._open[number] = attempt.sender.socket(kind=attempt.kind)
        mine.setblocking(False)
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        mine.bind((attempt.sender.ip, FIRST_PORT + number * VARIETY + round_ % VARIETY))
        failure = mine.connect_ex((attempt.target.ip, attempt.port))
        if attempt.kind == socket.SOCK_DGRAM and not failure:
            failure = 0 if mine.send(b"forbidden") else errno.EIO
        if failure not in (0, errno.EINPROGRESS):
            self.failures.append(f"{attempt}: {errno.errorcode[failure]}")

    def _listen(self, left):
        for key, _ in self._selector.select(left):
            packet, (_, family, *_) = key.fileobj.recvfrom(65536)
            number = _attempt_of(packet, family)
            if number is not None:
                self.arrived[number] = time.monotonic()


def _attempt_of(packet, family):
    """The number of the attempt that a packet belongs to, if it does."""
    if family not in SOURCE_PORT_AT:
        return None
    protocol_at, port_at = SOURCE_PORT_AT[family]
    if packet[protocol_at] not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
        return None
    return (struct.unpack_from("!H", packet, port_at)[0] - FIRST_PORT) // VARIETY


def _trap(place, ports):
    """A socket that gets the packets that arrive at a place with one of these source ports (and a few that look so)."""
    trap = place.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    program = _incoming_from(ports)
    buffer = ctypes.create_string_buffer(program)
    trap.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                    struct.pack("HP", len(program) // 8, ctypes.addressof(buffer)))
    trap.bind((place.device, ETH_P_ALL))
    return closing(trap)


def _incoming_from(ports):
    """A classic BPF program: a packet that is not outgoing, its source port where IPv4 or IPv6 without options has it."""
    load_byte, load_half, and_, equal, at_least, go, return_ = 0x30, 0x28, 0x54, 0x15, 0x35, 0x05, 0x06
    packet_type = 0xFFFFF000 + 4
    steps = [(load_byte, 0, 0, packet_type),
             (equal, 9, 0, socket.PACKET_OUTGOING),
             (load_byte, 0, 0, 0),
             (and_, 0, 0, 0xF0),
             (equal, 0, 2, 0x60),
             (load_half, 0, 0, SOURCE_PORT_AT[ETH_P_IPV6][1]),
             (go, 0, 0, 1),
             (load_half, 0, 0, SOURCE_PORT_AT[ETH_P_IP][1]),
             (at_least, 0, 2, ports.start),
             (at_least, 1, 0, ports.stop),
             (return_, 0, 0, 0xFFFF),
             (return_, 0, 0, 0)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
