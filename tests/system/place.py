"""A place on a network - a pod, or a port of a node itself - seen from this process: sockets and raw frames of its own."""
import ipaddress
import os
import select
import socket
import subprocess
import time

from weftlab.netns import entered

ETH_P_ALL = 0x0003
PATIENCE = 10.0


class Place:
    """A network namespace and the interface in it that carries a port."""

    def __init__(self, namespace, device, port):
        self.namespace, self.device = namespace, device
        self.port, self.id, self.mac = port, port["id"], port["mac_address"]
        self.ip = next((ip["ip_address"] for ip in port["fixed_ips"] if ":" not in ip["ip_address"]), None)
        self.ip6 = link_local(self.mac)

    def run(self, *command, check=True):
        """Runs one of the host's programs in this namespace; gives its output."""
        done = subprocess.run(["nsenter", f"--net={self.namespace}", *command], text=True, capture_output=True)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def silence(self):
        """The kernel there says nothing of its own accord: what comes from here was sent by a test."""
        self.run("sysctl", "-qw", f"net.ipv6.conf.{self.device}.disable_ipv6=1")

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0):
        with entered(self.namespace):
            return socket.socket(family, kind | socket.SOCK_CLOEXEC, protocol)

    def wire(self):
        return Wire(self)


class Wire:
    """The frames that a place's interface sends and receives."""

    def __init__(self, place):
        self._socket = place.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._socket.bind((place.device, ETH_P_ALL))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, *frames):
        for frame in frames:
            self._socket.send(bytes(frame))

    def heard_until(self, mark, timeout=PATIENCE):
        """The frames that arrived before the one that contains the mark."""
        heard = []
        while mark not in (frame := self.next_frame(timeout)):
            heard.append(frame)
        return heard

    def next_frame(self, timeout=PATIENCE):
        deadline = time.monotonic() + timeout
        while select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))[0]:
            frame, (_, _, kind, _, _) = self._socket.recvfrom(65535)
            if kind != socket.PACKET_OUTGOING:
                return frame
        raise AssertionError(f"no frame arrived within {timeout:.0f} s")

    def queued(self):
        """The frames that were sent and received since the last look."""
        frames = []
        while select.select([self._socket], [], [], 0)[0]:
            frames.append(self._socket.recv(65535))
        return frames


class Guest(Place):
    """A guest's interface: it sends crafted frames, too."""

    def __init__(self, lab_exec, port):
        super().__init__(None, "eth0", port)
        self._exec = lab_exec

    def silence(self):
        subprocess.run([*self._exec, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1"], check=True)

    def wire(self):
        return GuestWire(self._exec)


class GuestWire:
    """Sends frames from within a guest; it does not listen."""

    def __init__(self, lab_exec):
        self._exec = lab_exec

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def send(self, *frames):
        lines = "".join(f"{bytes(frame).hex()}\n" for frame in frames)
        subprocess.run([*self._exec, "frame-sender", "eth0"], input=lines, text=True, check=True)


def link_local(mac):
    """fe80::/64 with the EUI-64 of the MAC (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + identifier))


def mark():
    """Bytes that occur in one frame only."""
    return os.urandom(12)
