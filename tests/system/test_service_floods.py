"""What is wrong with a request is counted and goes no further, and one port's flood delays no other port."""
import threading
import time

import pytest
from scapy.layers.dhcp import DHCP
from scapy.layers.inet import UDP
from scapy.layers.inet6 import ICMPv6ND_RA
from scapy.layers.l2 import Ether

from bad_requests import BAD, HONEST, dhcp
from clients import Udhcpc
from tenant import Tenant

RATE, SECONDS = 1000, 4  # requests
REQUESTS_PER_SECOND = 20  # that a node answers to one port
LEASES = 5
PATIENCE = 1.0


class Asker:
    """A machine that says only what a test says."""

    def __init__(self, tenant):
        self.tenant = tenant
        tenant.allow_ipv6()
        tenant.add_subnet6("fd77::/64", "dhcpv6-stateful")
        self.machine = tenant.start_machine("worker1")
        self.machine.silence()
        self.machine.up()

    def answer_to(self, *frames):
        """The first answer of the node's services; None if none comes soon."""
        with self.machine.wire() as wire:
            wire.send(*frames)
            ends = time.monotonic() + PATIENCE
            while (left := ends - time.monotonic()) > 0:
                try:
                    frame = Ether(wire.next_frame(left))
                except AssertionError:
                    return None
                if DHCP in frame or ICMPv6ND_RA in frame or (UDP in frame and frame[UDP].sport == 547):
                    return frame
        return None


@pytest.fixture(scope="module")
def asker(teller):
    with Tenant(teller) as tenant:
        yield Asker(tenant)


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_request_is_answered(asker, name):
    before = asker.tenant.drops(asker.machine.id)
    assert asker.answer_to(HONEST[name](asker.machine))
    assert asker.tenant.drops(asker.machine.id) == before


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_counted_and_the_next_one_answered(asker, name):
    reason, make = BAD[name]
    before = asker.tenant.drops(asker.machine.id)
    with asker.machine.wire() as wire:
        wire.send(make(asker.machine))
        wire.send(dhcp(asker.machine))  # the control, and the end of the wait for an answer to the bad one
        answers = []
        while not answers or DHCP not in answers[-1]:
            answers.append(Ether(wire.next_frame()))
    assert len(answers) == 1, answers
    asker.tenant.t.wait(lambda: asker.tenant.drops(asker.machine.id) - before == {reason: 1}, f"counted as {reason}")


class Flood(threading.Thread):
    """DISCOVERs of one port, at a steady rate."""

    def __init__(self, machine):
        super().__init__(daemon=True)
        self._machine, self._frame, self.sent = machine, bytes(dhcp(machine)), 0
        self.ended = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    def run(self):
        with self._machine.wire() as wire:
            started = time.monotonic()
            while not self.ended.is_set() and (elapsed := time.monotonic() - started) < SECONDS:
                while self.sent < elapsed * RATE:
                    wire.send(self._frame)
                    self.sent += 1
                time.sleep(0.002)


def lease_times(machine):
    """How long each of some leases takes, one after the other."""
    times = []
    for _ in range(LEASES):
        started = time.monotonic()
        with Udhcpc(machine) as client:
            client.lease()
        times.append(time.monotonic() - started)
    return times


def test_a_flood_of_requests_delays_no_other_port(teller, capsys):
    with Tenant(teller) as tenant:
        loud, quiet = tenant.start_machine("worker1"), tenant.start_machine("worker1")
        for machine in (loud, quiet):
            machine.silence()
            machine.up()
        alone = lease_times(quiet)
        with Flood(loud) as flood:
            tenant.t.wait(lambda: tenant.drops(loud.id)["too many requests"], "the flood is counted")
            beside = lease_times(quiet)
            assert flood.is_alive(), "all leases were given during the flood"
        with capsys.disabled():
            print(f"\n  a lease takes {max(alone) * 1000:.0f} ms at most, beside {RATE} DISCOVERs per second "
                  f"{max(beside) * 1000:.0f} ms ", end="")
        assert max(beside) < max(alone) + 0.5
        least = flood.sent - REQUESTS_PER_SECOND * (SECONDS + 2)
        tenant.t.wait(lambda: tenant.drops(loud.id)["too many requests"] >= least, f"{least} of {flood.sent} are counted")
        assert not tenant.drops(quiet.id), "nobody else's are"
