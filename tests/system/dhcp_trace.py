"""What a machine and its DHCP server say to each other."""
from scapy.layers.dhcp import BOOTP, DHCP, DHCPTypes
from scapy.layers.inet import ICMP, UDP
from scapy.layers.l2 import Ether

DHCP6_TYPES = ("", "solicit", "advertise", "request", "confirm", "renew", "rebind", "reply", "release", "decline",
               "reconfigure", "information-request")


class Trace:
    """The DHCP messages on a machine's wire from the block's beginning on, both ways."""

    def __init__(self, machine):
        self._machine, self._messages = machine, []

    def __enter__(self):
        self._wire = self._machine.wire().__enter__()
        return self

    def __exit__(self, *_):
        self._wire.__exit__()

    def messages(self):
        """So far, as packets."""
        self._messages += [packet for packet in map(Ether, self._wire.queued()) if self.type_of(packet)]
        return self._messages

    def types(self):
        """"discover", "offer" and so on."""
        return [self.type_of(packet) for packet in self.messages()]

    def of(self, kind):
        """The messages of this type so far."""
        return [packet for packet in self.messages() if self.type_of(packet) == kind]

    def last(self, kind):
        """The last message of this type; None so far."""
        found = self.of(kind)
        return found[-1] if found else None


class DhcpTrace(Trace):
    @staticmethod
    def type_of(packet):
        is_dhcp = DHCP in packet and ICMP not in packet  # which quotes what it is about
        return DHCPTypes[option(packet, "message-type")] if is_dhcp else None


class Dhcp6Trace(Trace):
    @staticmethod
    def type_of(packet):
        is_dhcp6 = UDP in packet and packet[UDP].dport in (546, 547)
        return DHCP6_TYPES[bytes(packet[UDP].payload)[0]] if is_dhcp6 else None


def option(packet, name):
    """The value of an option in scapy's words; None if the message is without it."""
    return next((entry[1] for entry in packet[DHCP].options if entry[0] == name), None)


def client_address(packet):
    return packet[BOOTP].ciaddr
