"""DHCP clients as people run them, and the leases that they say they have."""
import re
import signal
from contextlib import suppress
from dataclasses import dataclass, field

from machine import DEVICE
from story.teller import StoryError, Teller


@dataclass(frozen=True)
class Lease:
    """What a client was told."""

    address: str
    prefix: int
    server: str
    times: tuple  # when it is renewed, when anybody may extend it, when it ends: seconds
    mtu: int | None = None
    routers: tuple = ()
    dns: tuple = ()
    domain: str = ""
    hostname: str = ""
    routes: frozenset = field(default_factory=frozenset)  # (destination, router)


class Client:
    """A client that runs in a machine until the block ends; it is killed, so that it releases nothing by itself."""

    def __init__(self, machine, *options):
        self.machine, self.options = machine, options
        self.running = None
        self.configure()

    def __enter__(self):
        self.running = self.machine.start(*self.command())
        return self

    def __exit__(self, *_):
        self.running.stop()

    def configure(self):
        """Writes the files that the client reads."""

    def lease(self):
        """Waits until there is a lease."""
        told = Teller.wait_quietly(self.told, f"{type(self).__name__} has a lease")
        return self.read(told)


class ScriptedClient(Client):
    """One that tells a script what it got; the script writes it down before the client's own one applies it."""

    NEWS = ""  # the script's arguments or variables that say that there is a lease, as a pattern of the shell
    SCRIPT = """#!/bin/sh
case ${{1:-$reason}} in {news}) env >/run/told.new; mv /run/told.new /run/told ;; esac
exec {own} "$@"
"""

    def configure(self):
        self.machine.run("rm", "-f", "/run/told")
        self.machine.write("/run/script", self.SCRIPT.format(news=self.NEWS, own=self.OWN_SCRIPT), "755")

    def told(self):
        """What the script was told last, by the client's names."""
        return dict(line.split("=", 1) for line in self.machine.read("/run/told").splitlines() if "=" in line)

    def next_lease(self, act):
        """Does what makes the client ask again; gives the lease that it has then."""
        self.machine.run("rm", "-f", "/run/told")
        act()
        return self.lease()


class Udhcpc(ScriptedClient):
    """busybox's."""

    NEWS, OWN_SCRIPT = "bound|renew", "/etc/udhcpc/default.script"
    WANTED = ("mtu", "hostname", "domain", "dns", "staticroutes", "58", "59")

    def __init__(self, machine, *options, wanted=WANTED):
        self._wanted = wanted
        super().__init__(machine, *options)

    def command(self):
        wanted = [word for name in self._wanted for word in ("-O", name)]
        return ["udhcpc", "-f", "-i", DEVICE, "-s", "/run/script", "-T", "1", *wanted, *self.options]

    @staticmethod
    def read(told):
        times = [int(told[option], 16) for option in ("opt58", "opt59") if option in told] + [int(told["lease"])]
        return Lease(address=told["ip"], prefix=int(told["mask"]), server=told["serverid"], times=tuple(times),
                     mtu=number(told.get("mtu")), routers=words(told.get("router")), dns=words(told.get("dns")),
                     domain=told.get("domain", ""), hostname=told.get("hostname", ""),
                     routes=pairs(told.get("staticroutes")))

    def renew(self):
        self.running.signal(signal.SIGUSR1)

    def release(self):
        self.running.signal(signal.SIGUSR2)


OLD_END = "2037/01/02 03:04:05"
OLD_LEASE = f"""lease {{{{
  interface "{DEVICE}";
  fixed-address {{address}};
  option subnet-mask 255.255.255.0;
  option dhcp-lease-time 86400;
  option dhcp-message-type 5;
  option dhcp-server-identifier 10.77.0.2;
  renew 5 {OLD_END};
  rebind 5 {OLD_END};
  expire 5 {OLD_END};
}}}}
"""


class Dhclient(Client):
    """ISC's, with a script of Debian's that applies the lease."""

    WANTED = ("subnet-mask", "broadcast-address", "routers", "interface-mtu", "domain-name-servers", "domain-name",
              "host-name", "rfc3442-classless-static-routes", "dhcp-renewal-time", "dhcp-rebinding-time")
    LEASES = "/var/lib/dhcp/leases"

    def __init__(self, machine, *options, wanted=WANTED, remembers=""):
        self._wanted, self._remembers = wanted, remembers
        super().__init__(machine, *options)

    def configure(self):
        self.machine.write("/run/dhclient.conf",
                           "option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;\n"
                           f"request {', '.join(self._wanted)};\ntimeout 20;\ninitial-interval 1;\n")
        self.machine.write(self.LEASES, OLD_LEASE.format(address=self._remembers) if self._remembers else "")

    def command(self, *actions):
        return ["dhclient", "-d", "-cf", "/run/dhclient.conf", "-lf", self.LEASES, "-pf", "/run/dhclient.pid", *actions,
                *self.options, DEVICE]

    def told(self):
        """The options of the last lease in its file that is not the one that it remembered."""
        lease = self.machine.read(self.LEASES).split("lease {")[-1]
        if "}" not in lease or OLD_END in lease:
            return {}
        return {"address": re.search(r"fixed-address (.*);", lease)[1],
                **{name: value.strip('"') for name, value in re.findall(r"option ([\w-]+) (.*);", lease)}}

    @staticmethod
    def read(told):
        times = ("dhcp-renewal-time", "dhcp-rebinding-time", "dhcp-lease-time")
        return Lease(address=told["address"], prefix=prefix_of(told["subnet-mask"]), server=told["dhcp-server-identifier"],
                     times=tuple(int(told[time]) for time in times if time in told), mtu=number(told.get("interface-mtu")),
                     routers=listed(told.get("routers")), dns=listed(told.get("domain-name-servers")),
                     domain=told.get("domain-name", ""), hostname=told.get("host-name", ""),
                     routes=classless_routes(told.get("rfc3442-classless-static-routes")))

    def release(self):
        self.machine.run(*self.command("-r"))


class Dhcpcd(ScriptedClient):
    """dhcpcd with privilege separation, as Debian has it."""

    NEWS, OWN_SCRIPT = "BOUND|RENEW|REBIND|REBOOT|INFORM", "/usr/lib/dhcpcd/dhcpcd-run-hooks"
    CONFIGURATION = """nodelay
option interface_mtu, classless_static_routes, domain_name_servers, domain_name, host_name
"""

    def __init__(self, machine, *options, probes=False):
        self._probes = probes
        super().__init__(machine, *options)

    def configure(self):
        super().configure()
        self.machine.write("/run/dhcpcd.conf", self.CONFIGURATION + ("" if self._probes else "noarp\n"))

    def command(self):
        return ["dhcpcd", "-4", "-B", "-d", "-f", "/run/dhcpcd.conf", "-c", "/run/script", *self.options, DEVICE]

    @staticmethod
    def read(told):
        told = {name.removeprefix("new_"): value for name, value in told.items() if name.startswith("new_")}
        times = ("dhcp_renewal_time", "dhcp_rebinding_time", "dhcp_lease_time")
        return Lease(address=told["ip_address"], prefix=int(told["subnet_cidr"]), server=told["dhcp_server_identifier"],
                     times=tuple(int(told[time]) for time in times), mtu=number(told.get("interface_mtu")),
                     routers=words(told.get("routers")), dns=words(told.get("domain_name_servers")),
                     domain=told.get("domain_name", ""), hostname=told.get("host_name", ""),
                     routes=pairs(told.get("classless_static_routes")))

    def renew(self):
        self._signal(signal.SIGUSR1)

    def rebind(self):
        self._signal(signal.SIGHUP)

    def release(self):
        self._signal(signal.SIGALRM)

    def _signal(self, number):
        """Signals until it says that it has heard: while its script runs it loses them."""
        def heard():
            return self.running.output().count("received SIG") > before

        def told():
            self.running.signal(number)
            with suppress(StoryError):
                return Teller.wait_quietly(heard, "dhcpcd hears", timeout=0.3)
        before = self.running.output().count("received SIG")
        Teller.wait_quietly(told, "dhcpcd hears a signal")


class Networkd(Client):
    """systemd-networkd, without the rest of systemd."""

    NETWORK = f"""[Match]
Name={DEVICE}
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
[DHCPv4]
UseMTU=yes
UseDomains=yes
"""

    def configure(self):
        self.machine.write(f"/etc/systemd/network/{DEVICE}.network", self.NETWORK)
        for folder in ("leases", "links", "lldp"):
            self.machine.run("install", "-d", "-o", "systemd-network", f"/run/systemd/netif/{folder}")

    def command(self):
        return ["/lib/systemd/systemd-networkd"]

    def told(self):
        """Its private file about the lease."""
        leases = list(self.machine.file("/run/systemd/netif/leases").iterdir())
        lines = leases[0].read_text().splitlines() if leases else []
        return dict(line.split("=", 1) for line in lines if "=" in line)

    @staticmethod
    def read(told):
        routes = (route.split(",") for route in words(told.get("CLASSLESS_ROUTES")))
        return Lease(address=told["ADDRESS"], prefix=prefix_of(told["NETMASK"]), server=told["SERVER_ADDRESS"],
                     times=tuple(int(told[time]) for time in ("T1", "T2", "LIFETIME")), mtu=number(told.get("MTU")),
                     routers=words(told.get("ROUTER")), dns=words(told.get("DNS")),
                     domain=told.get("DOMAINNAME", ""), hostname=told.get("HOSTNAME", ""),
                     routes=frozenset((destination, router) for destination, router in routes))


def number(text):
    return int(text) if text else None


def words(text):
    return tuple((text or "").split())


def listed(text):
    return tuple((text or "").replace(",", " ").split())


def pairs(text):
    """Destinations and routers in turns."""
    listed = words(text)
    return frozenset(zip(listed[::2], listed[1::2]))


def prefix_of(mask):
    return sum(int(octet).bit_count() for octet in mask.split("."))


def classless_routes(octets):
    """Option 121 as dhclient writes it: numbers (RFC 3442)."""
    numbers, routes = [int(octet) for octet in listed(octets)], set()
    while numbers:
        length, numbers = numbers[0], numbers[1:]
        used = (length + 7) // 8
        destination = numbers[:used] + [0] * (4 - used)
        router, numbers = numbers[used:used + 4], numbers[used + 4:]
        routes.add((f"{'.'.join(map(str, destination))}/{length}", ".".join(map(str, router))))
    return frozenset(routes)
