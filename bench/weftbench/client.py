"""A small keep-alive JSON client: one TCP connection, no parsing beyond what is needed, so that the server is measured."""
import http.client
import json
import socket
import time
import urllib.parse


DISTRIBUTED = "network:distributed"  # ports that come and go with their subnets
IDLE = 20.0  # seconds after which the server may have closed the connection


class Client:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.used = time.monotonic()

    def call(self, method, path, body=None):
        """The decoded answer; an error status is an error here."""
        if time.monotonic() > self.used + IDLE:
            self.connection.close()  # the request opens it again
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        self.used = time.monotonic()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300].decode(errors='replace')}")
        return json.loads(text) if text else None

    def metrics(self):
        """name{labels} -> value of the server's /metrics."""
        self.connection.request("GET", "/metrics")
        text = self.connection.getresponse().read().decode()
        return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


class World:
    """A network with a subnet and a group, removed again with everything on it."""

    def __init__(self, client, name, prefix="10.200"):
        """The subnet is PREFIX.0.0/16; PREFIX.100.0 and above are left to whoever asks for an address."""
        self.client, self.groups, self.prefix = client, [], prefix
        self.network = client.call("POST", "/v2.0/networks", {"network": {"name": name}})["network"]["id"]
        self.subnet = client.call("POST", "/v2.0/subnets", {"subnet": {
            "network_id": self.network, "ip_version": 4, "cidr": f"{prefix}.0.0/16",
            "allocation_pools": [{"start": f"{prefix}.0.10", "end": f"{prefix}.99.255"}]}})["subnet"]["id"]
        self.group = self.add_group(name)
        self.add_rules(self.group, {"protocol": "icmp", "remote_group_id": self.group})

    def add_group(self, name, **attributes):
        made = self.client.call("POST", "/v2.0/security-groups", {"security_group": {"name": name, **attributes}})
        self.groups.append(made["security_group"]["id"])
        return self.groups[-1]

    def add_rules(self, group, *rules):
        """Ingress for IPv4 unless a rule says otherwise; one request for all. Returns their ids."""
        body = [{"security_group_id": group, "direction": "ingress", "ethertype": "IPv4", **rule} for rule in rules]
        made = self.client.call("POST", "/v2.0/security-group-rules", {"security_group_rules": body})
        return [rule["id"] for rule in made["security_group_rules"]]

    def ports(self):
        """Ids and statuses of all but the subnet's distributed port."""
        path = f"/v2.0/ports?network_id={self.network}&fields=id&fields=status&fields=device_owner"
        return [port for port in self.client.call("GET", path)["ports"] if port["device_owner"] != DISTRIBUTED]

    def add_port(self, **attributes):
        return self.client.call("POST", "/v2.0/ports", {"port": {"network_id": self.network, **attributes}})["port"]

    def add_ports(self, count, **attributes):
        """`count` ports by bulk requests of 100, in the world's group unless told otherwise."""
        made = []
        while len(made) < count:
            body = [{"network_id": self.network, "security_groups": [self.group], **attributes}
                    for _ in range(min(100, count - len(made)))]
            made += self.client.call("POST", "/v2.0/ports", {"ports": body})["ports"]
        return made

    def await_status(self, port, status, timeout=20):
        deadline = time.monotonic() + timeout
        while self.client.call("GET", f"/v2.0/ports/{port}?fields=status")["port"]["status"] != status:
            if time.monotonic() > deadline:
                raise TimeoutError(f"port {port} is not {status}")
            time.sleep(0.005)

    def remove(self):
        for port in self.ports():
            self.client.call("DELETE", f"/v2.0/ports/{port['id']}")
        self.client.call("DELETE", f"/v2.0/networks/{self.network}")
        for group in self.groups:
            self.client.call("DELETE", f"/v2.0/security-groups/{group}")
