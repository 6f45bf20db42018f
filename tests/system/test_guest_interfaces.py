"""A guest with two interfaces on two networks: each is served by its own."""
import re
from ipaddress import ip_address

import pytest

from story.teller import LAB
from tenant import Tenant

CIDRS = ("fd77::/64", "fd78::/64")


class TwoInterfaces:
    """A guest on a network whose IPv6 addresses come by DHCPv6, and on a smaller one whose hosts make them."""

    def __init__(self, first, second):
        self.tenants = (first, second)
        first.add_subnet6(CIDRS[0], "dhcpv6-stateful", dns_nameservers=["2001:db8::53"])
        second.add_subnet6(CIDRS[1], "slaac")
        self.ports = [tenant.port("worker1", dns_name=f"{tenant.name}-vm") for tenant in self.tenants]
        self.name = f"{first.name}-two"
        second.vms.append(self.name)  # which goes first
        second.t.run(f"lab vm start {self.name} --node worker1 " + " ".join(f"--port {port['id']}" for port in self.ports))

    def run(self, command):
        return self.tenants[0].t.run(f"{LAB} vm exec {self.name} -- {command}")

    def addresses(self, device):
        return set(re.findall(r"inet6? (\S+) .*scope global", self.run(f"ip address show dev {device}")))

    def lease(self, device, version=""):
        """What the client of this interface was told."""
        return dict(line.split("=", 1) for line in self.run(f"cat /run/lease{version}-{device}").splitlines() if "=" in line)


@pytest.fixture(scope="module")
def guest(teller):
    with Tenant(teller) as first, Tenant(teller, mtu=1400) as second:
        yield TwoInterfaces(first, second)


def address_of(port, version):
    return next(ip["ip_address"] for ip in port["fixed_ips"] if (":" in ip["ip_address"]) == (version == 6))


@pytest.mark.parametrize("number, mtu", [(0, 1450), (1, 1400)])
def test_each_interface_has_the_lease_of_its_own_port(guest, number, mtu):
    device, tenant, port = f"eth{number}", guest.tenants[number], guest.ports[number]
    lease = guest.lease(device)
    assert lease["ip"] == address_of(port, 4) and lease["mtu"] == str(mtu)
    assert lease["serverid"] == address_of(tenant.distributed_port(tenant.subnet), 4)
    assert f"mtu {mtu} " in guest.run(f"ip link show dev {device}")


def test_udhcpc6_gets_the_address_that_the_api_says(guest):
    guest.run("udhcpc6 -f -q -n -i eth0 -s /etc/udhcpc6.sh -O dns -T 1 -t 10")
    lease = guest.lease("eth0", 6)
    assert ip_address(lease["ipv6"]) == ip_address(address_of(guest.ports[0], 6))
    assert ip_address(lease["dns"]) == ip_address("2001:db8::53")


def test_the_other_interface_makes_the_address_that_the_api_says(guest):
    guest.tenants[0].t.wait(lambda: f"{address_of(guest.ports[1], 6)}/64" in guest.addresses("eth1"),
                            "the guest has made its address")
    assert not any(address.startswith("fd78") for address in guest.addresses("eth0"))
