"""DHCPv6 clients and listeners to router advertisements, and what they say they were told."""
from dataclasses import dataclass

from clients import Dhcpcd, Networkd, ScriptedClient, words
from machine import DEVICE
from story.teller import Teller


@dataclass(frozen=True)
class Lease6:
    """What a client was told; without an address where the subnet's hosts make their own."""

    address: str | None
    dns: tuple = ()
    domains: tuple = ()


class Dhclient6(ScriptedClient):
    """ISC's; by default it asks for an address, with -S for the rest only."""

    NEWS, OWN_SCRIPT = "BOUND6|RENEW6|REBIND6", "/sbin/dhclient-script"
    LEASES = "/var/lib/dhcp/leases6"

    def configure(self):
        super().configure()
        self.machine.write("/run/dhclient6.conf", "request dhcp6.name-servers, dhcp6.domain-search;\n")

    def command(self, *actions):
        return ["dhclient", "-6", "-d", "-cf", "/run/dhclient6.conf", "-lf", self.LEASES, "-pf", "/run/dhclient6.pid",
                "-sf", "/run/script", *actions, *self.options, DEVICE]

    @staticmethod
    def read(told):
        return Lease6(address=told.get("new_ip6_address"), dns=words(told.get("new_dhcp6_name_servers")),
                      domains=names(told.get("new_dhcp6_domain_search")))

    def release(self):
        self.machine.run(*self.command("-r"))


class Dhcpcd6(Dhcpcd):
    """dhcpcd hears router advertisements itself and does what they say."""

    NEWS = "BOUND6|RENEW6|REBIND6|REBOOT6|CONFIRM6|INFORM6"
    CONFIGURATION = "noipv4\noption dhcp6_rapid_commit, dhcp6_name_servers, dhcp6_domain_search\n"

    def command(self):
        return ["dhcpcd", "-6", "-B", "-d", "-f", "/run/dhcpcd.conf", "-c", "/run/script", *self.options, DEVICE]

    @staticmethod
    def read(told):
        return Lease6(address=told.get("new_dhcp6_ia_na1_ia_addr1"), dns=words(told.get("new_dhcp6_name_servers")),
                      domains=names(told.get("new_dhcp6_domain_search")))


class Networkd6(Networkd):
    """systemd-networkd; what it was told is in its private file about the link."""

    NETWORK = f"""[Match]
Name={DEVICE}
[Network]
DHCP=no
IPv6AcceptRA=yes
[IPv6AcceptRA]
UseDomains=yes
[DHCPv6]
UseDomains=yes
"""

    def told(self):
        index = self.machine.read(f"/sys/class/net/{DEVICE}/ifindex").strip()
        link = self.machine.read(f"/run/systemd/netif/links/{index}")
        told = dict(line.split("=", 1) for line in link.splitlines() if "=" in line)
        return told if told.get("ADMIN_STATE") == "configured" and told.get("DNS") else None

    def read(self, told):
        """Advertisements and DHCPv6 both tell names: they are in its file twice, in an order of its own."""
        leased = [address.removesuffix("/128") for address in self.machine.addresses() if address.endswith("/128")]
        return Lease6(address=leased[0] if leased else None, dns=tuple(sorted(set(words(told.get("DNS"))))),
                      domains=tuple(sorted(set(words(told.get("DOMAINS"))))))


def names(text):
    """Domain names, without the final dot that some clients write."""
    return tuple(name.rstrip(".") for name in words(text))


def router_advertisement(machine):
    """The advertisement that answers a solicitation, as rdisc6 prints it: {field: [values]}."""
    def heard():
        printed = machine.run("rdisc6", "-1", "-r", "1", "-w", "1000", DEVICE, check=False)
        return printed if " from " in printed else None
    fields = {}
    for line in Teller.wait_quietly(heard, "a router advertisement answers").splitlines():
        name, separator, value = line.partition(": ")
        if separator:
            fields.setdefault(name.strip(), []).append(value.strip())
        elif line.strip().startswith("from "):
            fields["from"] = [line.split()[-1]]
    return fields
