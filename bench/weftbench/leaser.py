#!/usr/bin/python3
"""DHCP clients on many interfaces of one network namespace, by raw frames: discover, offer, request, acknowledgement.

The first line of standard input is a JSON list of [interface, MAC address]. Each further one is `all` (everybody starts at
once) or `each` (one after the other) and is answered with the seconds of each lease, as JSON; null for who got none.
"""
import json
import select
import socket
import struct
import sys
import time

LIMIT = 10.0
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
WANTED = bytes([1, 3, 6, 12, 15, 26, 28, 121])
COOKIE = bytes.fromhex("63825363")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def options_of(message):
    options, at = {}, 240
    while message[at] != 255:
        size = message[at + 1]
        options[message[at]] = message[at + 2:at + 2 + size]
        at += 2 + size
    return options


class Client:
    def __init__(self, interface, mac):
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.htons(3))
        self.link.bind((interface, 0))
        self.xid, self.started, self.seconds = 0, 0.0, None

    def start(self):
        self.xid, self.seconds, self.started = self.xid + 1, None, time.perf_counter()
        self._send(DISCOVER)

    def hear(self):
        """Reads what is there; true when the lease is."""
        while self.seconds is None:
            try:
                frame = self.link.recv(2048)
            except BlockingIOError:
                return False
            self._take(frame)
        return True

    def _take(self, frame):
        if len(frame) < 282 or frame[23] != 17 or frame[36:38] != b"\x00\x44":
            return
        message = frame[42:]
        if message[0] != 2 or message[4:8] != self.xid.to_bytes(4, "big") or message[28:34] != self.mac:
            return
        options = options_of(message)
        if options[53][0] == OFFER:
            self._send(REQUEST, bytes([50, 4]) + message[16:20] + bytes([54, 4]) + options[54])
        elif options[53][0] == ACK:
            self.seconds = time.perf_counter() - self.started

    def _send(self, kind, options=b""):
        message = (struct.pack("!BBBBIHH", 1, 1, 6, 0, self.xid, 0, 0) + bytes(16) + self.mac + bytes(202) + COOKIE
                   + bytes([53, 1, kind]) + options + bytes([55, len(WANTED)]) + WANTED + b"\xff").ljust(300, b"\0")
        udp = struct.pack("!HHHH", 68, 67, 8 + len(message), 0) + message
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        self.link.send(b"\xff" * 6 + self.mac + b"\x08\x00" + ip + udp)


def lease(clients):
    """Starts them, and waits for all."""
    poll, by_number = select.poll(), {client.link.fileno(): client for client in clients}
    for number in by_number:
        poll.register(number, select.POLLIN)
    for client in clients:
        client.start()
    waiting, deadline = set(by_number), time.monotonic() + LIMIT
    while waiting and (left := deadline - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1e3):
            if by_number[number].hear():
                poll.unregister(number)
                waiting.remove(number)
    return [client.seconds for client in clients]


def main():
    clients = [Client(interface, mac) for interface, mac in json.loads(sys.stdin.readline())]
    for line in sys.stdin:
        groups = [clients] if line.strip() == "all" else [[client] for client in clients]
        start = time.perf_counter()
        seconds = [s for group in groups for s in lease(group)]
        print(json.dumps({"seconds": seconds, "total": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
