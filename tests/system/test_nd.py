"""Who has this address? ARP and neighbour discovery, answered by the asker's own switch for every port that Weft knows."""
import re

import pytest

from attacks import UNUSED_IP
from clients import Udhcpc
from machine import DEVICE
from place import link_local
from stage import UNCHECKED
from story.teller import Teller
from tenant import Tenant
from weftlab import daemons
from weftlab.layout import Lab

SHARED = {4: "10.77.0.240", 6: "fd77::240"}
NOBODYS = {4: UNUSED_IP, 6: "fd77::dead"}
PREFIX = {4: 24, 6: 64}
VERSIONS = pytest.mark.parametrize("version", [4, 6])


class Neighbours:
    """Machines with the addresses of their ports, and a port that is plugged nowhere: nobody but switches can speak for it."""

    def __init__(self, tenant):
        self.tenant = tenant
        tenant.allow_ipv6()
        tenant.add_subnet6("fd77::/64", "slaac")
        self.asker = self._start("worker1")
        self.holder = self._start("worker2", allowed_address_pairs=[{"ip_address": address} for address in SHARED.values()])
        self.lawless = self._start("worker2", **UNCHECKED)
        self.absent = tenant.port("worker3")

    def _start(self, node, **attributes):
        machine = self.tenant.start_machine(node, **attributes)
        machine.set("accept_ra=0", "router_solicitations=0")
        machine.up()
        for version in (4, 6):
            give(machine, address_of(machine.port, version))
        return machine


@pytest.fixture(scope="module")
def neighbours(teller):
    with Tenant(teller) as tenant:
        yield Neighbours(tenant)


def version_of(address):
    return 6 if ":" in address else 4


def address_of(port, version):
    return next(ip["ip_address"] for ip in port["fixed_ips"] if version_of(ip["ip_address"]) == version)


def give(machine, address):
    """Gives an address to a machine, which does not ask first whether it is somebody else's."""
    machine.run("ip", "address", "replace", f"{address}/{PREFIX[version_of(address)]}", "dev", DEVICE,
                *(["nodad"] if version_of(address) == 6 else []))


def who_has(asker, address):
    """The MAC that answers the question for an address; None if nobody does."""
    if version_of(address) == 6:
        answer = asker.run("ndisc6", "-q", "-r", "3", "-w", "300", address, DEVICE, check=False).strip()
    else:
        answer = "".join(re.findall(r"reply from .*\[(\S+)\]",
                                    asker.run("arping", "-f", "-w", "1", "-I", DEVICE, address, check=False)))
    return answer.lower() or None


def packet_ins(node):
    """How many packets the switch of a node has sent up to have them answered."""
    metrics = daemons.diagnostics(node, "/metrics").decode()
    return sum(float(count) for count in re.findall(r"^weft_agent_packet_ins_total\S* (\S+)", metrics, re.M))


@VERSIONS
def test_known_addresses_are_answered_wherever_their_port_is(neighbours, version):
    for port in (neighbours.holder.port, neighbours.absent):
        assert who_has(neighbours.asker, address_of(port, version)) == port["mac_address"]


def test_link_local_addresses_of_ports_are_known(neighbours):
    mac = neighbours.absent["mac_address"]
    assert who_has(neighbours.asker, link_local(mac)) == mac


@VERSIONS
def test_an_address_behind_an_allowed_pair_is_found_where_it_is(neighbours, version):
    assert who_has(neighbours.asker, SHARED[version]) is None, "the control"
    give(neighbours.holder, SHARED[version])
    assert who_has(neighbours.asker, SHARED[version]) == neighbours.holder.mac


@VERSIONS
def test_an_address_that_weft_does_not_know_is_asked_for_in_the_network(neighbours, version):
    assert who_has(neighbours.asker, NOBODYS[version]) is None, "the control"
    give(neighbours.lawless, NOBODYS[version])
    assert who_has(neighbours.asker, NOBODYS[version]) == neighbours.lawless.mac


@VERSIONS
def test_the_distributed_port_answers_arp_neighbour_discovery_and_ping(neighbours, version):
    asker, tenant = neighbours.asker, neighbours.tenant
    server = tenant.distributed_port(tenant.subnets[version])
    for address in {4: [], 6: [link_local(server["mac_address"])]}[version] + [address_of(server, version)]:
        assert who_has(asker, address) == server["mac_address"]
        assert " 0% packet loss" in asker.run("ping", "-c", "2", "-i", "0.1", "-W", "2", "-I", DEVICE, address)


def test_resolution_needs_no_agent(neighbours):
    worker1 = Lab.from_environment().worker(1)
    for version in (4, 6):
        give(neighbours.holder, SHARED[version])
    neighbours.tenant.t.run("lab kill agent worker1")
    try:
        assert daemons.diagnostics(worker1, "/metrics") is None
        for version in (4, 6):
            assert who_has(neighbours.asker, address_of(neighbours.absent, version)) == neighbours.absent["mac_address"]
            assert who_has(neighbours.asker, SHARED[version]) == neighbours.holder.mac
    finally:
        neighbours.tenant.t.run("lab start agent worker1")


def test_no_question_for_a_neighbour_goes_up_to_the_agent(neighbours):
    worker1, asker = Lab.from_environment().worker(1), neighbours.asker
    before = packet_ins(worker1)
    for _ in range(5):
        for version in (4, 6):
            assert who_has(asker, address_of(neighbours.absent, version)) == neighbours.absent["mac_address"]
    assert packet_ins(worker1) == before
    with Udhcpc(asker, "-n") as client:
        client.lease()
    assert packet_ins(worker1) == before + 2, "the control: discover and request go up"


def duplicate(machine, address):
    """Does duplicate address detection find that somebody has the address?"""
    if version_of(address) == 4:
        return "reply from" in machine.run("arping", "-D", "-c", "2", "-w", "1", "-I", DEVICE, address, check=False)
    machine.set("accept_dad=1")
    machine.run("ip", "address", "add", f"{address}/128", "dev", DEVICE)

    def detected():
        shown = machine.run("ip", "-6", "address", "show", "dev", DEVICE, "to", address)
        return shown if "dadfailed" in shown or "tentative" not in shown else None
    try:
        return "dadfailed" in Teller.wait_quietly(detected, "the address is checked")
    finally:
        machine.run("ip", "address", "delete", f"{address}/128", "dev", DEVICE)


@VERSIONS
def test_duplicate_address_detection_detects(neighbours, version):
    free = {4: "10.77.0.241", 6: "fd77::241"}
    assert duplicate(neighbours.lawless, address_of(neighbours.absent, version))
    assert duplicate(neighbours.lawless, address_of(neighbours.asker.port, version))
    assert not duplicate(neighbours.lawless, free[version])


@VERSIONS
def test_nobody_says_that_a_port_s_own_address_is_taken(neighbours, version):
    with neighbours.tenant.start_machine("worker1") as machine:
        machine.set("accept_ra=0")
        machine.up()
        assert not duplicate(machine, address_of(machine.port, version))
