"""Router advertisements and DHCPv6 with hosts and clients as people run them. What they got is read from them."""
import pytest

from clients import Udhcpc
from clients6 import Dhclient6, Dhcpcd6, Lease6, Networkd6, router_advertisement
from dhcp_trace import Dhcp6Trace
from machine import DEVICE
from place import link_local
from story.teller import Teller
from tenant import Tenant

CIDR = "fd77::/64"
DNS, DOMAIN = ("2001:db8::53", "2001:db8::54"), "weft.example"
CLIENTS = (Dhclient6, Dhcpcd6, Networkd6)
AUTOMATIC, STATEFUL = ("slaac", "dhcpv6-stateless"), "dhcpv6-stateful"


class World:
    """A network whose IPv6 subnet has its addresses in one of Neutron's ways."""

    def __init__(self, tenant, mode):
        self.tenant, self.mode = tenant, mode
        self.subnet = tenant.add_subnet6(CIDR, mode, dns_nameservers=list(DNS))
        self.server = tenant.distributed_port(self.subnet)

    def lease(self, machine):
        """What clients of DHCPv6 should be told."""
        return Lease6(address_in(machine.port, CIDR) if self.mode == STATEFUL else None, DNS, (DOMAIN,))


def worlds(*modes):
    @pytest.fixture(scope="module", params=modes)
    def world(teller, request):
        with Tenant(teller, dns_domain=f"{DOMAIN}.") as tenant:
            tenant.allow_ipv6()
            yield World(tenant, request.param)
    return world


every_mode, automatic = worlds(*AUTOMATIC, STATEFUL), worlds(*AUTOMATIC)
stateless, stateful = worlds("dhcpv6-stateless"), worlds(STATEFUL)


def address_in(port, cidr):
    prefix = cidr.partition("::/")[0]
    return next(ip["ip_address"] for ip in port["fixed_ips"] if ip["ip_address"].startswith(prefix))


@pytest.fixture
def start(request):
    """Starts machines on ports of a world's network; they stop with the test."""
    machines = []

    def started(tenant, node="worker1", **attributes):
        machines.append(tenant.start_machine(node, **attributes))
        machines[-1].up()
        return machines[-1]
    yield started
    for machine in machines:
        machine.stop()


FLAGS = {  # addresses from DHCPv6, the rest from DHCPv6, addresses made by hosts
    "slaac": ("No", "No", "Yes"),
    "dhcpv6-stateless": ("No", "Yes", "Yes"),
    "dhcpv6-stateful": ("Yes", "Yes", "No"),
}


def test_a_router_advertisement_says_how_hosts_come_by_addresses(every_mode, start):
    said = router_advertisement(start(every_mode.tenant))
    assert (said["Stateful address conf."], said["Stateful other conf."], said["Autonomous address conf."]) == tuple(
        [flag] for flag in FLAGS[every_mode.mode])
    assert said["Prefix"] == [CIDR] and said["On-link"] == ["Yes"]
    assert said["Router lifetime"][0].startswith("0 ") and said["MTU"][0].startswith("1450 ")
    assert tuple(said["Recursive DNS server"]) == DNS and said["DNS search list"] == [DOMAIN]
    assert said["Valid time"][0].startswith("86400 ") and said["Pref. time"][0].startswith("14400 ")
    assert said["Source link-layer address"] == [every_mode.server["mac_address"].upper()]
    assert said["from"] == [link_local(every_mode.server["mac_address"])]


def test_a_host_makes_the_address_that_the_api_says(automatic, start):
    machine = start(automatic.tenant)
    expected = {f"{address_in(machine.port, CIDR)}/64"}
    automatic.tenant.t.wait(lambda: machine.addresses() == expected, "the host has its address")
    assert machine.run("cat", f"/proc/sys/net/ipv6/conf/{DEVICE}/mtu") == "1450\n"
    assert not any(route.startswith("default") for route in machine.routes(6))


def test_a_host_makes_no_address_where_dhcp_gives_them(stateful, start):
    machine = start(stateful.tenant)
    stateful.tenant.t.wait(lambda: CIDR in machine.routes(6), "the host has heard of the prefix")
    assert machine.addresses() == set()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_gets_the_address_that_the_api_says(stateful, start, client):
    machine = start(stateful.tenant)
    with client(machine) as running:
        assert running.lease() == stateful.lease(machine)


@pytest.mark.parametrize("client, options", [(Dhclient6, ["-S"]), (Dhcpcd6, []), (Networkd6, [])])
def test_a_client_with_an_address_of_its_own_is_told_the_rest(stateless, start, client, options):
    machine = start(stateless.tenant)
    with Dhcp6Trace(machine) as trace, client(machine, *options) as running:
        assert running.lease() == stateless.lease(machine)
        stateless.tenant.t.wait(lambda: trace.types() == ["information-request", "reply"], "nothing else is asked for")


@pytest.mark.parametrize("client, said", [(Dhclient6, ["solicit", "advertise", "request", "reply"]),
                                          (Dhcpcd6, ["solicit", "reply"])])
def test_a_lease_takes_four_messages_or_with_rapid_commit_two(stateful, start, client, said):
    machine = start(stateful.tenant)
    with Dhcp6Trace(machine) as trace, client(machine) as running:
        assert running.lease() == stateful.lease(machine)
        assert trace.types() == said


@pytest.mark.parametrize("ask", ["renew", "rebind"])
def test_a_lease_is_extended(stateful, start, ask):
    machine = start(stateful.tenant)
    with Dhcpcd6(machine) as client:
        lease = client.lease()
        with Dhcp6Trace(machine) as trace:
            assert client.next_lease(getattr(client, ask)) == lease
            assert trace.types()[0] == ask and "reply" in trace.types()


def test_a_client_that_comes_back_asks_whether_its_address_still_holds(stateful, start):
    machine = start(stateful.tenant)
    with Dhclient6(machine) as client:
        lease = client.lease()
    with Dhcp6Trace(machine) as trace, Dhclient6(machine):
        stateful.tenant.t.wait(lambda: trace.types() == ["confirm", "reply"], "the client asks for confirmation")
        stateful.tenant.t.wait(lambda: f"{lease.address}/128" in machine.addresses(), "the client uses its address")


@pytest.mark.parametrize("client", [Dhclient6, Dhcpcd6])
def test_a_release_is_answered(stateful, start, client):
    machine = start(stateful.tenant)
    with client(machine) as running:
        running.lease()
        with Dhcp6Trace(machine) as trace:
            running.release()
            stateful.tenant.t.wait(lambda: trace.types()[:2] == ["release", "reply"], "the release is answered")


def test_a_port_of_both_versions_gets_all_its_addresses(automatic, start):
    machine = start(automatic.tenant)
    with Udhcpc(machine) as client:
        client.lease()
        expected = {f"{machine.ip}/24", f"{address_in(machine.port, CIDR)}/64"}
        automatic.tenant.t.wait(lambda: machine.addresses() == expected, f"{machine.addresses()} are {expected}")


def test_a_new_subnet_is_advertised_at_once_and_one_that_goes_withdrawn(teller, start):
    with Tenant(teller) as tenant:
        machine = start(tenant)
        machine.set("router_solicitations=0")
        subnet = tenant.add_subnet6(CIDR, "slaac")
        expected = {f"{address_in(tenant.show(machine.id), CIDR)}/64"}
        tenant.t.wait(lambda: machine.addresses() == expected, "the machine has an address in the new subnet", timeout=2)
        tenant.request("DELETE", f"subnets/{subnet}")
        tenant.t.wait(lambda: "deprecated" in machine.run("ip", "-6", "address", "show", "dev", DEVICE, "scope", "global"),
                      "new connections do without the address", timeout=2)


def test_extra_options_of_the_port_reach_the_client(stateful, start):
    options = [{"opt_name": name, "opt_value": value, "ip_version": 6}
               for name, value in (("dns-server", "2001:db8::77"), ("domain-search", "own.example"))]
    machine = start(stateful.tenant, extra_dhcp_opts=options)
    with Dhclient6(machine) as client:
        assert client.lease() == Lease6(address_in(machine.port, CIDR), ("2001:db8::77",), ("own.example",))


def test_a_port_without_dhcp_gets_none(stateful, start):
    off = {"opt_name": "dhcp_disabled", "opt_value": "true", "ip_version": 6}
    without, control = start(stateful.tenant, extra_dhcp_opts=[off]), start(stateful.tenant)
    with Dhcpcd6(without) as client:
        with Dhcp6Trace(without) as trace, Dhcpcd6(control) as other:
            assert other.lease() == stateful.lease(control)
            stateful.tenant.t.wait(lambda: trace.types().count("solicit") > 1, "the client asks again")
            assert set(trace.types()) == {"solicit"} and not client.told()


def unanswered_solicitation(machine):
    """What rdisc6 prints, once the machine has an address on its link to ask from."""
    def asked():
        printed = machine.run("rdisc6", "-1", "-r", "2", "-w", "500", DEVICE, check=False)
        return None if "unreachable" in printed else printed
    return Teller.wait_quietly(asked, "the machine can ask")


@pytest.mark.parametrize("modes, attributes", [((None, "slaac"), {}), ((None, None), {"enable_dhcp": False})],
                         ids=["somebody else advertises", "no services"])
def test_nodes_are_silent_where_the_subnet_says_so(teller, start, modes, attributes):
    with Tenant(teller) as tenant:
        tenant.add_subnet6(CIDR, *modes, **attributes)
        machine = start(tenant)
        printed = unanswered_solicitation(machine)
        assert "No response" in printed, printed
