#!/usr/bin/python3
"""Paced streams between two pods; the same script runs in both and is told by lines what to do.

  datagrams ADDRESS COUNT   sends COUNT datagrams, GAP apart: "sent"
  stream ADDRESS            sends datagrams until "stop": "started"
  fetch ADDRESS             connects by TCP; the other side then sends a few bytes every GAP, and only acknowledgements go
                            the other way: "connected"
  stop                      ends what runs; TCP by reset: "stopped"
  arrived                   "COUNT TIME": how much has arrived since the start, and the CLOCK_MONOTONIC time of the last
"""
import contextlib
import socket
import struct
import sys
import threading
import time

PORT, GAP, PATIENCE = 7000, 0.0005, 3.0
RESET = struct.pack("ii", 1, 0)


class Talker:
    def __init__(self):
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(("0.0.0.0", PORT))
        self.listener = socket.create_server(("0.0.0.0", PORT))
        self.connections, self.running = [], threading.Event()
        self.count, self.last = 0, 0.0
        for work in (lambda: self._receive(self.datagrams), self._serve):
            threading.Thread(target=work, daemon=True).start()

    def _receive(self, source):
        with contextlib.suppress(OSError):
            while source.recv(65536):
                self.last = time.monotonic()
                self.count += 1

    def _serve(self):
        while True:
            connection, _ = self.listener.accept()
            self.connections.append(connection)
            threading.Thread(target=self._push, args=(connection,), daemon=True).start()

    def _push(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"weft")
                time.sleep(GAP)

    def _stream(self, address):
        while self.running.is_set():
            with contextlib.suppress(OSError):
                self.datagrams.sendto(b"weft", (address, PORT))
            time.sleep(GAP)

    def do_datagrams(self, address, count):
        for _ in range(int(count)):
            self.datagrams.sendto(b"weft", (address, PORT))
            time.sleep(GAP)
        return "sent"

    def do_stream(self, address):
        self.running.set()
        threading.Thread(target=self._stream, args=(address,), daemon=True).start()
        return "started"

    def do_fetch(self, address):
        connection = socket.create_connection((address, PORT), timeout=PATIENCE)
        connection.settimeout(None)
        self.connections.append(connection)
        threading.Thread(target=self._receive, args=(connection,), daemon=True).start()
        return "connected"

    def do_stop(self):
        self.running.clear()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                connection.shutdown(socket.SHUT_RDWR)
                connection.close()
        self.connections.clear()
        return "stopped"

    def do_arrived(self):
        return f"{self.count} {self.last!r}"


def main():
    talker = Talker()
    for line in sys.stdin:
        verb, *arguments = line.split()
        print(getattr(talker, "do_" + verb)(*arguments), flush=True)


if __name__ == "__main__":
    main()
