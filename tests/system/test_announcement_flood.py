"""One tenant announces ever new MACs, as fast as it can: another tenant on the same nodes does not notice."""
import socket
import threading
import time

import pytest
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from attacks import BROADCAST, ether
from place import mark
from stage import UNCHECKED
from tenant import Tenant

RATE, SECONDS = 3000, 5  # announcements
PINGS_PER_SECOND = 50
SHARED_MAC, SHARED_IP = "00:00:5e:00:01:55", "10.77.0.250"


@pytest.fixture
def tenants(teller):
    with Tenant(teller) as loud, Tenant(teller) as quiet:
        yield loud, quiet


class Flood(threading.Thread):
    """Gratuitous ARP of one new MAC after the other."""

    def __init__(self, place):
        super().__init__(daemon=True)
        self._wire, self.port, self.sent = place.wire(), place.id, 0

    def run(self):
        frame = bytearray(bytes(ARP(op=1, psrc="10.77.0.77", pdst="10.77.0.77")))
        with self._wire as wire:
            started = time.monotonic()
            while (elapsed := time.monotonic() - started) < SECONDS:
                while self.sent < elapsed * RATE:
                    mac = b"\x02\x12" + self.sent.to_bytes(4, "big")
                    frame[8:14] = mac
                    wire.send(b"\xff" * 6 + mac + b"\x08\x06" + frame)
                    self.sent += 1
                time.sleep(0.002)


def echoes(asker, answerer, seconds):
    """Sends datagrams to a place that sends them back; gives how many went out and how many came back."""
    with asker.socket(kind=socket.SOCK_DGRAM) as mine, answerer.socket(kind=socket.SOCK_DGRAM) as theirs:
        theirs.bind(("", 7))
        mine.connect((answerer.ip, 7))
        mine.settimeout(1)
        done = threading.Event()
        thread = threading.Thread(target=_send_back, args=(theirs, done), daemon=True)
        thread.start()
        sent = back = 0
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            began = time.monotonic()
            mine.send(b"?")
            sent += 1
            try:
                back += mine.recv(16) == b"?"
            except TimeoutError:
                continue
            time.sleep(max(0.0, 1 / PINGS_PER_SECOND - (time.monotonic() - began)))
        done.set()
        thread.join()
    return sent, back


def reaches(ask, wire, asker):
    """Does a packet to the shared MAC come to this wire?"""
    secret = mark()
    ask.send(ether(asker.mac, SHARED_MAC) / ARP(op=2, hwsrc=asker.mac, psrc=asker.ip, hwdst=SHARED_MAC, pdst=SHARED_IP) /
             Raw(secret))
    try:
        return wire.heard_until(secret, timeout=0.2) is not None
    except AssertionError:
        return False


def _send_back(sock, done):
    sock.settimeout(0.1)
    while not done.is_set():
        try:
            data, sender = sock.recvfrom(16)
            sock.sendto(data, sender)
        except TimeoutError:
            pass


def test_a_flood_of_announcements_hinders_no_other_tenant(tenants):
    loud, quiet = tenants
    pair = [{"ip_address": SHARED_IP, "mac_address": SHARED_MAC}]
    flood = Flood(loud.start_place("flood", "worker2", **UNCHECKED))
    loud.start_place("target", "worker1")
    asker = quiet.start_place("asker", "worker1")
    holders = [quiet.start_place(f"holder{node[-1]}", node, allowed_address_pairs=pair) for node in ("worker2", "worker3")]
    assert echoes(asker, holders[0], 1)[1], "the control"
    flood.start()
    sent, back = echoes(asker, holders[0], SECONDS)
    flood.join()
    assert back >= 0.9 * sent, f"{back} of {sent} came back during {flood.sent} announcements"

    for holder in (*holders, holders[0]):
        with holder.wire() as wire, asker.wire() as ask:
            wire.send(Ether(src=SHARED_MAC, dst=BROADCAST) / ARP(op=1, hwsrc=SHARED_MAC, psrc=SHARED_IP, pdst=SHARED_IP))
            quiet.t.wait(lambda: reaches(ask, wire, asker), "the shared address moves")
    reasons = loud.drops(flood.port)
    assert reasons["too many MACs"] > flood.sent / 2, reasons
    print(f"  {flood.sent} announcements, {back} of {sent} echoes came back ", end="")
