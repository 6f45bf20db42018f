"""What nodes say and answer in each of Neutron's pairs of ipv6_ra_mode and ipv6_address_mode, and when they say it unasked."""
import pytest
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, ICMPv6NDOptRDNSS
from scapy.layers.l2 import Ether

from bad_requests import HONEST, dhcp
from dhcp_trace import Dhcp6Trace, DhcpTrace
from tenant import Tenant

CIDR, OTHER_CIDR = "fd77::/64", "fd78::/64"
SLAAC, STATELESS, STATEFUL = "slaac", "dhcpv6-stateless", "dhcpv6-stateful"
# Modes of advertisements and addresses: the advertisement's managed, other and autonomous flags, and what SOLICIT and
# INFORMATION-REQUEST are answered with.
PAIRS = {
    (None, None): (None, {"advertise", "reply"}),
    (None, SLAAC): (None, set()),
    (None, STATELESS): (None, {"advertise", "reply"}),
    (None, STATEFUL): (None, {"advertise", "reply"}),
    (SLAAC, None): ((0, 0, 1), set()),
    (STATELESS, None): ((0, 1, 1), set()),
    (STATEFUL, None): ((1, 1, 0), set()),
    (SLAAC, SLAAC): ((0, 0, 1), set()),
    (STATELESS, STATELESS): ((0, 1, 1), {"advertise", "reply"}),
    (STATEFUL, STATEFUL): ((1, 1, 0), {"advertise", "reply"}),
}


def quiet_machine(tenant):
    """A machine that says only what a test says."""
    machine = tenant.start_machine("worker1")
    machine.silence()
    machine.up()
    return machine


def answers(machine, *frames):
    """What comes in answer to frames, until two DISCOVERs, one after the other, are answered: a switch may change the order."""
    heard = []
    with machine.wire() as wire:
        wire.send(*frames)
        for _ in range(2):
            wire.send(dhcp(machine))
            heard.append(Ether(wire.next_frame()))
            while DhcpTrace.type_of(heard[-1]) != "offer":
                heard.append(Ether(wire.next_frame()))
    return heard


def flags(advertisement):
    return advertisement.M, advertisement.O, advertisement[ICMPv6NDOptPrefixInfo].A


@pytest.mark.parametrize("modes", PAIRS, ids=lambda modes: "+".join(mode or "none" for mode in modes))
def test_each_pair_of_modes_has_its_services(teller, modes):
    expected_flags, expected_answers = PAIRS[modes]
    with Tenant(teller) as tenant:
        tenant.add_subnet6(CIDR, *modes)
        machine = quiet_machine(tenant)
        heard = answers(machine, *(HONEST[name](machine) for name in
                                   ("router solicitation", "SOLICIT", "INFORMATION-REQUEST")))
        said = [flags(frame[ICMPv6ND_RA]) for frame in heard if ICMPv6ND_RA in frame]
        assert said == ([expected_flags] if expected_flags else [])
        assert {Dhcp6Trace.type_of(frame) for frame in heard} - {None} == expected_answers


def test_subnets_of_one_network_are_advertised_together_each_in_its_way(teller):
    with Tenant(teller) as tenant:
        tenant.add_subnet6(CIDR, SLAAC)
        tenant.add_subnet6(OTHER_CIDR, STATEFUL)
        machine = quiet_machine(tenant)
        said = [frame[ICMPv6ND_RA] for frame in answers(machine, HONEST["router solicitation"](machine))
                if ICMPv6ND_RA in frame]
        assert len(said) == 1 and said[0].M == 1
        prefixes = [layer for layer in layers(said[0]) if isinstance(layer, ICMPv6NDOptPrefixInfo)]
        assert {(f"{prefix.prefix}/{prefix.prefixlen}", prefix.L, prefix.A) for prefix in prefixes} == {
            (CIDR, 1, 1), (OTHER_CIDR, 1, 0)}


def layers(packet):
    while packet:
        yield packet
        packet = packet.payload


def test_a_port_that_becomes_active_is_told_unasked(teller):
    with Tenant(teller) as tenant:
        tenant.add_subnet6(CIDR, SLAAC)
        machine = tenant.start_machine("worker1")
        machine.unplug()
        machine.set("router_solicitations=0")
        machine.up()
        assert not machine.addresses()
        machine.plug()
        tenant.t.wait(lambda: machine.addresses(), "the machine has an address")


def test_name_servers_that_change_are_told_unasked(teller):
    old, new = "2001:db8::53", "2001:db8::54"
    with Tenant(teller) as tenant:
        subnet = tenant.add_subnet6(CIDR, SLAAC, dns_nameservers=[old])
        machine = quiet_machine(tenant)
        with machine.wire() as wire:
            tenant.change_subnet(subnet, dns_nameservers=[new])
            told = {}

            def all_told():
                for packet in map(Ether, wire.queued()):
                    told.update((server, option.lifetime) for option in layers(packet)
                                if isinstance(option, ICMPv6NDOptRDNSS) for server in option.dns)
                return told.get(new, 0) > 0 and told.get(old) == 0
            tenant.t.wait(all_told, "the new name server is to be used, the old one not any more")
