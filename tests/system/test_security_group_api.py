"""Groups, rules, address groups and port security by the real openstack client: only weftd has to do with it."""
from contextlib import ExitStack

import pytest

from cloud import Cloud


@pytest.fixture
def cloud(teller):
    with ExitStack() as cleaner:
        yield Cloud(teller, cleaner)


@pytest.fixture
def network(cloud):
    network = cloud.make("network")
    cloud.make("subnet", f"--network {network['id']} --subnet-range 10.78.0.0/24")
    return network


def test_an_address_group_lives(cloud):
    group = cloud.make("address group", "--description d --address 10.0.0.0/8 --address 192.0.2.1")
    assert group["addresses"] == ["10.0.0.0/8", "192.0.2.1/32"]
    cloud.run(f"address group set --name {cloud.name}-new --address 2001:db8::/32 {group['id']}")
    assert "already exist in the address group" in cloud.refused(f"address group set --address 10.0.0.0/8 {group['id']}")
    cloud.run(f"address group unset --address 10.0.0.0/8 {group['id']}")
    assert "not found in the address group" in cloud.refused(f"address group unset --address 10.0.0.0/8 {group['id']}")
    shown = cloud.read(f"address group show {cloud.name}-new")
    assert (shown["addresses"], shown["description"]) == (["192.0.2.1/32", "2001:db8::/32"], "d")
    listed, = cloud.read(f"address group list --name {cloud.name}-new")
    assert listed["ID"] == group["id"]


def test_rules_name_address_groups(cloud):
    group, addresses = cloud.make("security group"), cloud.make("address group", "--address 192.0.2.0/24")
    rule = cloud.allow(group, f"--protocol tcp --dst-port 22 --remote-address-group {addresses['name']}")
    assert (rule["remote_address_group_id"], rule["remote_ip_prefix"]) == (addresses["id"], None)
    assert "is in use on one or more security group rules" in cloud.refused(f"address group delete {addresses['id']}")
    cloud.run(f"security group rule delete {rule['id']}")
    cloud.run(f"address group delete {addresses['id']}")


def test_rules_of_every_sort(cloud):
    group = cloud.make("security group")
    ipip = cloud.allow(group, f"--protocol 4 --remote-group {group['id']}")
    assert (ipip["protocol"], ipip["remote_group_id"]) == ("4", group["id"])
    ping = cloud.allow(group, "--ethertype IPv6 --protocol icmp --icmp-type 128 --egress")
    assert (ping["protocol"], ping["port_range_min"], ping["direction"]) == ("ipv6-icmp", 128, "egress")
    written = cloud.allow(group, "--protocol udp --dst-port 1:65535 --remote-ip 10.0.0.5/24")
    assert (written["port_range_min"], written["remote_ip_prefix"]) == (None, "10.0.0.5/24")
    assert len(cloud.read(f"security group rule list {group['id']}")) == 5  # two of them let everything out


@pytest.mark.parametrize("options, reason", [
    ("--protocol tcp --dst-port 22", "Security group rule already exists"),
    ("--protocol 6 --dst-port 22 --remote-ip 0.0.0.0/0", "Security group rule already exists"),
    ("--protocol 300", "Security group rule protocol 300 not supported"),
    ("--protocol esp --dst-port 22", "Ports cannot be specified for protocol 50"),
    ("--protocol tcp --dst-port 0:8", "Invalid value for port 0"),
    ("--protocol icmp --icmp-type 256", "Invalid value for ICMP type"),
    ("--protocol ipv6-frag --ethertype IPv4", "Invalid ethertype IPv4 for protocol ipv6-frag"),
    ("--remote-ip fd00::/8 --ethertype IPv4", "Conflicting value ethertype IPv4 for CIDR fd00::/8")])
def test_rules_that_are_refused(cloud, refusing_group, options, reason):
    assert reason in cloud.refused(f"security group rule create {options} {refusing_group}")


@pytest.fixture(scope="module")
def refusing_group(teller):
    """A group with one rule, shared by those whose rules are refused."""
    with ExitStack() as cleaner:
        cloud = Cloud(teller, cleaner)
        group = cloud.make("security group")
        cloud.allow(group, "--protocol tcp --dst-port 22")
        yield group["id"]
        assert len(cloud.read(f"security group rule list {group['id']}")) == 3, "something was made all the same"


def test_the_default_group_stays(cloud, network):
    assert "Default security group already exists" in cloud.refused("security group create default")
    group = cloud.make("security group")
    assert "Default security group already exists" in cloud.refused(f"security group set --name Default {group['id']}")
    port = cloud.make("port", f"--network {network['id']}")
    assert "in use" in cloud.refused("security group delete default")
    assert "Updating default security group not allowed" in cloud.refused("security group set --name mine default")
    default = cloud.read("security group show default")
    assert port["security_group_ids"] == [default["id"]]
    remotes = {(rule["direction"], rule["remote_group_id"]) for rule in default["rules"]}
    assert remotes >= {("egress", None), ("ingress", default["id"])}


def test_stateful_and_stateless_groups_do_not_mix(cloud, network):
    stateful, stateless = cloud.make("security group"), cloud.make("security group", "--stateless")
    assert (stateful["stateful"], stateless["stateful"]) == (True, False)
    both = f"--security-group {stateful['id']} --security-group {stateless['id']}"
    create = f"port create --network {network['id']}"
    complaint = "Cannot apply both stateful and stateless security groups"
    assert complaint in cloud.refused(f"{create} {both} {cloud.name}-both")
    port = cloud.make("port", f"--network {network['id']} --security-group {stateless['id']}")
    assert complaint in cloud.refused(f"port set --security-group {stateful['id']} {port['id']}")
    assert "in use" in cloud.refused(f"security group set --stateful {stateless['id']}")
    assert "in use" in cloud.refused(f"security group delete {stateless['id']}")
    cloud.run(f"port set --no-security-group {port['id']}")
    cloud.run(f"security group set --stateful {stateless['id']}")
    cloud.run(f"port set {both} {port['id']}")
    assert set(cloud.read(f"port show {port['id']}")["security_group_ids"]) == {stateful["id"], stateless["id"]}


def test_port_security_guards_groups_and_pairs(cloud, network):
    group = cloud.make("security group")
    create = f"port create --network {network['id']} --disable-port-security"
    assert "in order to use security groups" in cloud.refused(f"{create} --security-group {group['id']} {cloud.name}-p")
    pairs_need_it = "Port Security must be enabled in order to have allowed address pairs"
    assert pairs_need_it in cloud.refused(f"{create} --allowed-address ip-address=10.9.0.0/16 {cloud.name}-p")
    port = cloud.make("port", f"--network {network['id']} --security-group {group['id']} "
                              "--allowed-address ip-address=10.9.0.0/16,mac-address=02-00-00-00-00-01")
    assert port["allowed_address_pairs"] == [{"ip_address": "10.9.0.0/16", "mac_address": "02-00-00-00-00-01"}]
    assert pairs_need_it in cloud.refused(f"port set --disable-port-security --no-security-group {port['id']}")
    cloud.run(f"port set --no-allowed-address {port['id']}")
    assert "until security group is removed" in cloud.refused(f"port set --disable-port-security {port['id']}")
    cloud.run(f"port set --disable-port-security --no-security-group {port['id']}")
    shown = cloud.read(f"port show {port['id']}")
    assert (shown["port_security_enabled"], shown["security_group_ids"]) == (False, [])


def test_address_pairs_go_as_they_came(cloud, network):
    pairs = [{"ip_address": "10.0.0.77/24", "mac_address": "02:00:00:00:00:01"},
             {"ip_address": "10.0.0.77/32", "mac_address": "02-00-00-00-00-01"},
             {"ip_address": "10.0.0.77", "mac_address": "02:00:00:00:00:01"}]
    port = cloud.make("port", f"--network {network['id']} " + " ".join(f"--allowed-address {asked(pair)}" for pair in pairs))
    for left in (pairs[1:], pairs[2:], []):
        pair = pairs[-len(left) - 1]
        cloud.run(f"port unset --allowed-address {asked(pair)} {port['id']}")
        assert sorted(map(asked, cloud.read(f"port show {port['id']}")["allowed_address_pairs"])) == sorted(map(asked, left))


def asked(pair):
    """A pair as the client's option takes it."""
    return f"ip-address={pair['ip_address']},mac-address={pair['mac_address']}"


def test_ports_inherit_port_security(cloud):
    network = cloud.make("network", "--disable-port-security")
    port = cloud.make("port", f"--network {network['id']}")
    assert (port["port_security_enabled"], port["security_group_ids"]) == (False, [])
    guarded = cloud.make("port", f"--network {network['id']} --enable-port-security")
    assert guarded["port_security_enabled"] and len(guarded["security_group_ids"]) == 1
