"""Subnets of both families, names and DHCP options of ports, and MTU by the real openstack client."""
import itertools
from contextlib import ExitStack

import pytest

from cloud import Cloud

MODES = ("slaac", "dhcpv6-stateless", "dhcpv6-stateful")
PAIRS = [pair for pair in itertools.product((None, *MODES), repeat=2) if pair != (None, None)]


def agree(ra_mode, address_mode):
    return None in (ra_mode, address_mode) or ra_mode == address_mode


@pytest.fixture
def cloud(teller):
    with ExitStack() as cleaner:
        yield Cloud(teller, cleaner)


@pytest.fixture
def network(cloud):
    return cloud.make("network")


@pytest.fixture(scope="module")
def empty(teller):
    """A network that nobody gets a subnet into."""
    with ExitStack() as cleaner:
        cloud = Cloud(teller, cleaner)
        network = cloud.make("network")
        yield network
        assert cloud.read(f"network show {network['id']}")["subnets"] == [], "a refused subnet was made all the same"


@pytest.fixture
def subnet6(cloud, network):
    """Makes an IPv6 subnet of the network."""
    return lambda options="", cidr="2001:db8::/64": cloud.make("subnet", subnet_options(network, cidr) + options)


def subnet_options(network, cidr):
    return f"--network {network['id']} --ip-version {6 if ':' in cidr else 4} --subnet-range {cidr} "


def mode_options(ra_mode, address_mode):
    given = (("--ipv6-ra-mode", ra_mode), ("--ipv6-address-mode", address_mode))
    return " ".join(f"{option} {mode}" for option, mode in given if mode)


def addresses_of(port):
    return {fixed["ip_address"] for fixed in port["fixed_ips"]}


def options_of(port):
    return {(option["opt_name"], option["opt_value"], option["ip_version"]) for option in port["extra_dhcp_opts"]}


def distributed(cloud, network):
    return cloud.read(f"port list --network {network['id']} --device-owner network:distributed")


@pytest.mark.parametrize("ra_mode, address_mode", [pair for pair in PAIRS if not agree(*pair)])
def test_modes_that_differ(cloud, empty, ra_mode, address_mode):
    options = subnet_options(empty, "2001:db8::/64") + mode_options(ra_mode, address_mode)
    told = cloud.refused(f"subnet create {options} {cloud.name}-refused")
    assert f"ipv6_ra_mode set to '{ra_mode}' with ipv6_address_mode set to '{address_mode}' is not valid" in told


@pytest.mark.parametrize("ra_mode, address_mode", [pair for pair in PAIRS if agree(*pair)])
def test_modes_that_agree(cloud, subnet6, ra_mode, address_mode):
    subnet = subnet6(mode_options(ra_mode, address_mode))
    assert (subnet["ipv6_ra_mode"], subnet["ipv6_address_mode"]) == (ra_mode, address_mode)
    assert "Cannot disable enable_dhcp with ipv6 attributes set" in cloud.refused(f"subnet set --no-dhcp {subnet['id']}")


@pytest.mark.parametrize("cidr, options, reason", [
    ("2001:db8::/56", "--ipv6-ra-mode slaac", "requires the prefix to be /64"),
    ("2001:db8::/80", "--ipv6-address-mode dhcpv6-stateless", "requires the prefix to be /64"),
    ("2001:db8::/64", "--ipv6-ra-mode slaac --no-dhcp", "cannot be set when enable_dhcp is set to False"),
    ("10.79.0.0/24", "--ipv6-ra-mode slaac", "ipv6_ra_mode is not valid when ip_version is 4"),
    ("10.79.0.0/24", "--ipv6-address-mode slaac", "ipv6_address_mode is not valid when ip_version is 4"),
    ("2001:db8::/127", "", "prefix length that is incompatible with DHCP"),
    ("2001:db8::/64", "--gateway 10.79.0.1", "does not match the ip_version '6'"),
    ("2001:db8::/64", "--dns-nameserver 192.0.2.53", "does not match the ip_version '6'"),
    ("2001:db8::/64", "--allocation-pool start=2001:db8:1::1,end=2001:db8:1::9", "spans beyond the subnet cidr"),
    ("2001:db8::/64", "--prefix-length 64", "cidr and prefixlen must not be supplied together")])
def test_subnets_that_are_refused(cloud, empty, cidr, options, reason):
    assert reason in cloud.refused(f"subnet create {subnet_options(empty, cidr)} {options} {cloud.name}-refused")


@pytest.mark.parametrize("options, reason", [
    ("--use-prefix-delegation yes", "Prefix delegation is not supported: give the subnet a cidr"),
    ("--use-default-subnet-pool", "No default subnetpool found for IPv6")])
def test_pools_are_refused(cloud, empty, options, reason):
    modes = mode_options("slaac", "slaac")
    create = f"subnet create --network {empty['id']} --ip-version 6 {modes} {options} {cloud.name}-pool"
    assert reason in cloud.refused(create)


def test_ipv6_subnets_have_neutrons_defaults(subnet6):
    subnet = subnet6()
    assert (subnet["gateway_ip"], subnet["enable_dhcp"], subnet["ipv6_ra_mode"]) == ("2001:db8::", True, None)
    assert subnet["allocation_pools"] == [{"start": "2001:db8::1", "end": "2001:db8::ffff:ffff:ffff:ffff"}]


def test_an_ipv6_subnet_is_changed(cloud, subnet6):
    subnet = subnet6("--gateway fe80::1 --dns-nameserver 2001:db8::53")
    assert (subnet["gateway_ip"], subnet["dns_nameservers"]) == ("fe80::1", ["2001:db8::53"])
    cloud.run(f"subnet set --dns-nameserver 2001:db8::54 --host-route destination=2001:db8:1::/64,gateway=2001:db8::9 "
              f"--gateway none --no-dhcp {subnet['id']}")
    shown = cloud.read(f"subnet show {subnet['id']}")
    assert sorted(shown["dns_nameservers"]) == ["2001:db8::53", "2001:db8::54"]
    assert shown["host_routes"] == [{"destination": "2001:db8:1::/64", "nexthop": "2001:db8::9"}]
    assert (shown["gateway_ip"], shown["enable_dhcp"]) == (None, False)
    listed = cloud.read("subnet list --ip-version 6")
    assert subnet["id"] in {row["ID"] for row in listed}


def test_dual_stack_ports_have_addresses_of_both_families(cloud, network, subnet6):
    cloud.make("subnet", subnet_options(network, "10.79.0.0/24"))
    subnet6(mode_options("slaac", "slaac"))
    stateful = subnet6(mode_options("dhcpv6-stateful", "dhcpv6-stateful"), "2001:db8:1::/64")
    port = cloud.make("port", f"--network {network['id']} --mac-address fa:16:3e:00:79:01")
    assert "2001:db8::f816:3eff:fe00:7901" in addresses_of(port)
    assert len([address for address in addresses_of(port) if "." in address]) == 1
    chosen = cloud.make("port", f"--network {network['id']} --fixed-ip subnet={stateful['id']},ip-address=2001:db8:1::77 "
                                "--mac-address fa:16:3e:00:79:02")
    assert addresses_of(chosen) == {"2001:db8:1::77", "2001:db8::f816:3eff:fe00:7902"}
    found = cloud.read("port list --fixed-ip ip-address=2001:db8:1::77")
    assert [row["ID"] for row in found] == [chosen["id"]]


def test_dhcp_options_are_merged(cloud, network):
    port = cloud.make("port", f"--network {network['id']} "
                              "--extra-dhcp-option name=bootfile-name,value=pxe.0,ip-version=4 "
                              "--extra-dhcp-option name=bootfile-name,value=tftp://[2001:db8::1]/pxe,ip-version=6")
    both = {("bootfile-name", "pxe.0", 4), ("bootfile-name", "tftp://[2001:db8::1]/pxe", 6)}
    assert options_of(port) == both
    cloud.run(f"port set --extra-dhcp-option name=bootfile-name,value=other.0 --extra-dhcp-option name=mtu,value=1300 "
              f"{port['id']}")
    changed = both - {("bootfile-name", "pxe.0", 4)} | {("bootfile-name", "other.0", 4), ("mtu", "1300", 4)}
    assert options_of(cloud.read(f"port show {port['id']}")) == changed
    assert "opt_value is missing" in cloud.refused(f"port set --extra-dhcp-option name=mtu {port['id']}")
    assert "extra_dhcp_opts" in cloud.refused(
        f"port set --extra-dhcp-option name=a,value=1 --extra-dhcp-option name=a,value=2 {port['id']}")


def test_ports_have_names(cloud, network):
    cloud.make("subnet", subnet_options(network, "10.79.0.0/24"))
    port = cloud.make("port", f"--network {network['id']} --fixed-ip ip-address=10.79.0.9 --dns-name Web "
                              "--dns-domain example.org.")
    assert (port["dns_name"], port["dns_domain"]) == ("web", "example.org.")
    assert port["dns_assignment"] == [{"fqdn": "web.example.org.", "hostname": "web", "ip_address": "10.79.0.9"}]
    cloud.run(f"port set --dns-name '' --dns-domain '' {port['id']}")
    assert cloud.read(f"port show {port['id']}")["dns_assignment"] == [
        {"fqdn": "host-10-79-0-9.openstacklocal.", "hostname": "host-10-79-0-9", "ip_address": "10.79.0.9"}]
    cloud.run(f"network set --dns-domain net.example. {network['id']}")
    assigned, = cloud.read(f"port show {port['id']}")["dns_assignment"]
    assert assigned["fqdn"] == "host-10-79-0-9.net.example."
    assert "not a valid PQDN or FQDN" in cloud.refused(f"port set --dns-name under_score {port['id']}")
    assert "is not a FQDN" in cloud.refused(f"network set --dns-domain net.example {network['id']}")


def test_an_mtu_is_set_downward_only(cloud, network, subnet6):
    most = network["mtu"]
    assert f"Requested MTU is too big, maximum is {most}" in cloud.refused(f"network set --mtu {most + 1} {network['id']}")
    cloud.run(f"network set --mtu 1400 {network['id']}")
    assert cloud.read(f"network show {network['id']}")["mtu"] == 1400
    subnet6()
    assert "requires a minimum of 1280" in cloud.refused(f"network set --mtu 1279 {network['id']}")
    cloud.run(f"network set --mtu {most} {network['id']}")


def test_a_distributed_port_goes_with_its_subnet(cloud, network, subnet6):
    subnet = cloud.make("subnet", subnet_options(network, "10.79.0.0/24"))
    port, = distributed(cloud, network)
    shown = cloud.read(f"port show {port['ID']}")
    assert (shown["device_id"], addresses_of(shown)) == (f"weft-dhcp-{subnet['id']}", {"10.79.0.254"})
    cloud.refused(f"port delete {port['ID']}")
    cloud.refused(f"port set --fixed-ip ip-address=10.79.0.7 {port['ID']}")
    cloud.run(f"subnet set --no-dhcp {subnet['id']}")
    assert distributed(cloud, network) == []
    cloud.run(f"subnet set --dhcp {subnet['id']}")
    subnet6(mode_options("slaac", "slaac"))
    assert len(distributed(cloud, network)) == 2
    cloud.run(f"subnet delete {subnet['id']}")
    assert len(distributed(cloud, network)) == 1


def test_a_network_goes_with_its_distributed_ports(cloud, network, subnet6):
    subnet = cloud.make("subnet", subnet_options(network, "10.79.0.0/24"))
    subnet6()
    port = cloud.make("port", f"--network {network['id']}")
    assert "One or more ports have an IP allocation from this subnet" in cloud.refused(f"subnet delete {subnet['id']}")
    assert port["id"] in cloud.refused(f"network delete {network['id']}")
    own = {row["ID"] for row in distributed(cloud, network)}
    assert len(own) == 2
    cloud.run(f"port delete {port['id']}")
    cloud.run(f"network delete {network['id']}")
    assert not own & {row["ID"] for row in cloud.read("port list")}


def test_extensions_are_listed(cloud):
    aliases = {row["Alias"] for row in cloud.read("extension list --network")}
    assert {"extra_dhcp_opt", "dns-integration", "dns-domain-ports", "net-mtu", "net-mtu-writable"} <= aliases
