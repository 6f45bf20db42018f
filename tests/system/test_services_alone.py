"""What a node serves its ports needs nothing but the node: no controller, no store, no other node."""
import pytest

from clients import Udhcpc
from clients6 import Dhclient6, router_advertisement
from tenant import Tenant

OTHERS = ("agent worker1", "agent worker3", "weftd", "store")  # who needs whom


@pytest.fixture
def world(teller):
    """Machines on two nodes, and addresses by DHCP of both versions."""
    with Tenant(teller) as tenant:
        tenant.allow_ipv6()
        tenant.add_subnet6("fd77::/64", "dhcpv6-stateful")
        machines = [tenant.start_machine(node) for node in ("worker1", "worker2")]
        for machine in machines:
            machine.up()
        yield tenant, machines


def test_every_node_is_the_same_server(world):
    tenant, machines = world
    server = tenant.distributed_port(tenant.subnet)["fixed_ips"][0]["ip_address"]
    for machine in machines:
        with Udhcpc(machine) as client:
            assert client.lease().server == server


def test_leases_are_given_while_everything_else_is_dead(world):
    tenant, (_, machine) = world
    try:
        for process in OTHERS:
            tenant.t.run(f"lab kill {process}")
        with Udhcpc(machine) as client:
            assert client.lease().address == machine.ip
        with Dhclient6(machine) as client:
            assert client.lease().address.startswith("fd77:")
        assert router_advertisement(machine)["Prefix"] == ["fd77::/64"]
    finally:
        for process in reversed(OTHERS):
            tenant.t.run(f"lab start {process}")
