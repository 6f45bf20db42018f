"""Removes what an earlier telling left in a lab that is still up, so that the story can be told again."""
import json
from contextlib import suppress
from urllib.error import HTTPError

NETWORKS = ("selfservice", "tenant-b", "k8s", "dual")
GROUPS = ("con-pod", "closed", "k8s-nodes")
WORKLOADS = {"vm": ("cirros-test001", "chhan-k8s-1", "chhan-k8s-2", "dual"),
             "pod": ("web", "test-lqqwq", "blue-a", "blue-b", "closed", "six")}
HOST_PORT_COMMANDS = (
    'lab exec worker3 -- sh -c "test ! -e $LAB_DIR/dhclient.pid || kill $(cat $LAB_DIR/dhclient.pid)"',
    "lab exec worker3 -- ovs-vsctl --if-exists del-port br-int o-cy0",
)


def forget(teller):
    running = {line["process"] for line in json.loads(teller.quiet("lab status --format json"))}
    for kind, names in WORKLOADS.items():
        for name in names:
            if f"{kind}:{name}" in running:
                teller.quiet(f"lab {kind} stop {name}")
    for command in HOST_PORT_COMMANDS:
        teller.quiet(command)
    for name in NETWORKS:
        for network in teller.api("GET", f"/v2.0/networks?name={name}")["networks"]:
            _delete_network(teller, network["id"])
    for name in GROUPS:
        for group in teller.api("GET", f"/v2.0/security-groups?name={name}")["security_groups"]:
            teller.api("DELETE", f"/v2.0/security-groups/{group['id']}")


def _delete_network(teller, network_id):
    for port in teller.api("GET", f"/v2.0/ports?network_id={network_id}")["ports"]:
        with suppress(HTTPError):  # a pod's own port goes with the pod
            teller.api("DELETE", f"/v2.0/ports/{port['id']}")
    teller.api("DELETE", f"/v2.0/networks/{network_id}")
