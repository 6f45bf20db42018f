"""Processes are killed (-9) while an instance and a pod talk: not one packet is lost, and afterwards a new port works."""
import re
import urllib.request
from urllib.error import HTTPError

import pytest


@pytest.fixture(scope="module")
def pair(teller):
    """An instance on worker1 and a pod on worker2: (tenant, guest, its address, pod)."""
    from tenant import Tenant

    with Tenant(teller) as tenant:
        guest, address = tenant.start_vm("vm", "worker1")
        pod, _ = tenant.start_pod("pod", "worker2")
        yield tenant, guest, address, pod


def received(background):
    return [int(number) for number in re.findall(r"\bseq=(\d+)", background.output())]


@pytest.mark.parametrize("process, node", [("agent", "worker1"), ("agent", "worker2"), ("weftd", ""), ("store", "")])
def test_no_packet_is_lost_while_a_process_is_killed_and_started(pair, teller, process, node):
    tenant, _, address, pod = pair
    with teller.beside(f"lab pod exec {pod} -- ping -i 0.05 {address}", r"seq=9\b") as ping:
        teller.run(f"lab kill {process} {node}")
        down_at = len(received(ping))
        teller.wait(lambda: len(received(ping)) >= down_at + 20, "the ping goes on without it")
        teller.run(f"lab start {process} {node}")
        up_at = len(received(ping))
        teller.wait(lambda: len(received(ping)) >= up_at + 20, "the ping goes on with it")
    numbers = received(ping)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "packets were lost"
    new_port_works(tenant, teller, address)


def new_port_works(tenant, teller, address):
    """A port made after the restart answers: a host port on worker3, and it reaches the instance."""
    teller.wait(lambda: takes_writes(teller), "the API has its store again")
    port = tenant.port("worker3")
    tenant.wire("worker3", port, "o-new")
    tenant.wait_for_status(port["id"], "ACTIVE")
    tenant.give_address("worker3", port, "o-new")
    # ACTIVE is this node's word; the instance's node may still be reconnecting to the store.
    ping = f"lab exec worker3 -- ping -c 1 -W 1 {address}"
    teller.wait(lambda: "1 received" in teller.quiet(ping), "the instance's node knows the new port")
    tenant.unwire("worker3", "o-new")
    tenant.wait_for_status(port["id"], "DOWN")
    tenant.request("DELETE", f"ports/{port['id']}")


def takes_writes(teller):
    try:
        with urllib.request.urlopen(teller.environment["OS_ENDPOINT"] + "/healthz", timeout=30):
            return True
    except HTTPError:
        return False


def test_traffic_comes_back_after_the_switch_is_killed(pair, teller):
    _, _, address, pod = pair
    teller.run("lab kill vswitchd worker2")
    assert "0 packets received" in teller.run(f"lab pod exec {pod} -- ping -c 1 -W 1 {address}", expect=1)
    teller.run("lab start vswitchd worker2")
    ping = f"lab pod exec {pod} -- ping -c 1 -W 1 {address}"
    teller.wait(lambda: "1 packets received" in teller.quiet(ping), "the pod reaches the instance again")
