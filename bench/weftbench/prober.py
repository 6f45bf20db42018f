#!/usr/bin/python3
"""Pings from inside a network namespace by raw frames, a millisecond apart, until the first answer or until silence.

Reads lines `[silence] INTERFACE SOURCE-MAC SOURCE-IP TARGET-MAC TARGET-IP` and answers each with the CLOCK_MONOTONIC time
of the first echo reply, or with `silence` of the last one before QUIET without any; or with `timeout`. Raw frames, because
the kernel's own neighbour look-up would retry only once a second.
"""
import select
import socket
import struct
import sys
import time

LIMIT, GAP, QUIET = 20.0, 0.001, 0.1


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def echo_request(source_mac, source_ip, target_mac, target_ip, identifier, sequence):
    icmp = struct.pack("!BBHHH", 8, 0, 0, identifier, sequence) + bytes(48)
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), sequence, 0x4000, 64, 1, 0, source_ip, target_ip)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return target_mac + source_mac + b"\x08\x00" + ip + icmp


def is_reply(frame, source_ip, target_ip, identifier):
    return (len(frame) >= 42 and frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[26:30] == target_ip and
            frame[30:34] == source_ip and frame[34] == 0 and frame[38:40] == struct.pack("!H", identifier))


class Ping:
    """One target, one identifier: a connection of its own."""

    def __init__(self, link, source_mac, source_ip, target_mac, target_ip, identifier):
        self.link, self.identifier, self.sequence = link, identifier, 0
        self.source, self.target = (source_mac, source_ip), (target_mac, target_ip)

    def once(self):
        """Sends one; when its answer or another's came within GAP: the time, else None."""
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.link.send(echo_request(*self.source, *self.target, self.identifier, self.sequence))
        until = time.monotonic() + GAP
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.link], [], [], left)[0]:
                return None
            if is_reply(self.link.recv(2048), self.source[1], self.target[1], self.identifier):
                return time.monotonic()
        return None


def first_reply(ping):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        at = ping.once()
        if at is not None:
            return at
    return None


def last_reply(ping):
    last = start = time.monotonic()
    while time.monotonic() < last + QUIET:
        last = ping.once() or last
        if last > start + LIMIT:
            return None
    return last


def main():
    link, bound = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)), None
    mac = lambda text: bytes.fromhex(text.replace(":", ""))
    for number, line in enumerate(sys.stdin, 1):
        words = line.split()
        until_silence = words[0] == "silence"
        interface, source_mac, source_ip, target_mac, target_ip = words[until_silence:]
        if bound != interface:
            link.bind((interface, 0))
            bound = interface
        ping = Ping(link, mac(source_mac), socket.inet_aton(source_ip), mac(target_mac), socket.inet_aton(target_ip),
                    number & 0xFFFF)
        at = last_reply(ping) if until_silence else first_reply(ping)
        print("timeout" if at is None else repr(at), flush=True)


if __name__ == "__main__":
    main()
