"""Guests: real Linux in QEMU's microvm, plugged into br-int exactly as Nova's os-vif does it."""
import json
import re
import shutil
import urllib.parse
import uuid

from weftlab import guest_exec, guest_image, http, netns, processes, switch
from weftlab.errors import LabError, NotFound
from weftlab.shell import wait_until

MEMORY_MIB = 128
BOOT_TIMEOUT = 60
LEASE_TIMEOUT = 60
INTEGRATION_BRIDGE = "br-int"
# A microvm has no clock that the kernel could measure the processor's against; software emulation shows it the host's.
_CLOCK = "tsc_early_khz={} tsc=reliable"
WAIT_FOR_LEASES = 'for nic; do until [ -e "/run/lease-$nic" ]; do usleep 20000; done; done'


def _folder(lab, name):
    return lab.dir / "vms" / name


def _process(name):
    return f"vm:{name}"


def _read(lab, name):
    try:
        return json.loads((_folder(lab, name) / "vm.json").read_text())
    except FileNotFoundError as error:
        raise LabError(f"no guest {name}") from error


def _find_port(lab, wanted):
    """A port by its id, else by its name."""
    try:
        return http.api(lab, "GET", f"/v2.0/ports/{urllib.parse.quote(wanted, safe='')}")["port"]
    except NotFound:
        found = http.api(lab, "GET", f"/v2.0/ports?{urllib.parse.urlencode({'name': wanted})}")["ports"]
    if len(found) != 1:
        raise LabError(f"{len(found) or 'no'} ports are named {wanted!r}; give an id")
    return found[0]


def start(lab, name, node, wanted_ports):
    """Starts a guest with an interface for each port; returns when its shell answers and its DHCP clients have leases."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}", name):
        raise LabError(f"{name!r} is no name for a guest")
    ports = [_find_port(lab, wanted) for wanted in wanted_ports]
    for port, wanted in zip(ports, wanted_ports):
        if port["binding:host_id"] not in ("", node.name):
            raise LabError(f"port {wanted} is bound to {port['binding:host_id']}, not to {node.name}")
    folder = _folder(lab, name)
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise LabError(f"guest {name} exists") from error
    try:
        _boot(lab, name, node, ports)
    except BaseException:
        _remove(lab, name)
        raise


def _boot(lab, name, node, ports):
    vm_uuid = str(uuid.uuid4())
    folder = _folder(lab, name)
    interfaces = []
    for port in ports:
        interfaces.append({"tap": f"tap{port['id'][:11]}", "port": port["id"], "claimed": _claim(lab, node, port, vm_uuid)})
        (folder / "vm.json").write_text(json.dumps({"node": node.name, "interfaces": interfaces}))
        _plug(lab, node, interfaces[-1]["tap"], port, vm_uuid)
    command = _qemu(lab, name, [(i["tap"], port["mac_address"]) for i, port in zip(interfaces, ports)], vm_uuid)
    processes.spawn(lab, node.name, _process(name), command, namespace=node.namespace)
    wait_until(guest_exec.socket_path(folder, 0).exists, f"QEMU of guest {name}")
    try:
        execute_quietly(lab, name, ["true"], BOOT_TIMEOUT)
    except LabError as error:
        raise LabError(f"guest {name} did not boot (its console: {_console(lab, name)})") from error
    leased = [f"eth{number}" for number, port in enumerate(ports) if _has_lease(lab, port)]
    try:
        execute_quietly(lab, name, ["sh", "-c", WAIT_FOR_LEASES, "sh", *leased], LEASE_TIMEOUT)
    except LabError as error:
        raise LabError(f"guest {name} got no DHCP lease within {LEASE_TIMEOUT} s") from error


def _has_lease(lab, port):
    """Whether a DHCP client of IPv4 on this port gets an answer."""
    subnets = [http.api(lab, "GET", f"/v2.0/subnets/{ip['subnet_id']}")["subnet"] for ip in port["fixed_ips"]]
    return any(subnet["ip_version"] == 4 and subnet["enable_dhcp"] for subnet in subnets)


def _claim(lab, node, port, vm_uuid):
    """What Nova tells Neutron before it plugs: the instance, and its host where none is given. Gives what was set."""
    wanted = {"device_id": vm_uuid, "device_owner": "compute:nova", "binding:host_id": node.name}
    claim = {key: value for key, value in wanted.items() if not port.get(key)}
    if claim:
        http.api(lab, "PUT", f"/v2.0/ports/{port['id']}", {"port": claim})
    return sorted(claim)


def _plug(lab, node, tap, port, vm_uuid):
    netns.run_in(node, "ip", "tuntap", "add", tap, "mode", "tap")
    netns.set_sysctl(node.namespace, f"net.ipv6.conf.{tap}.disable_ipv6", "1")
    netns.run_in(node, "ip", "link", "set", tap, "up")
    # Nova asks for the network's MTU here, too; the agent asks for what the underlay carries.
    mtu = http.api(lab, "GET", f"/v2.0/networks/{port['network_id']}")["network"]["mtu"]
    # Not waiting for the switch: it takes the port while the guest boots.
    switch.vsctl(node, "--no-wait", "--", "--if-exists", "del-port", tap, "--", "add-port", INTEGRATION_BRIDGE, tap,
                 "--", "set", "Interface", tap, f"mtu_request={mtu}", f"external-ids:iface-id={port['id']}",
                 "external-ids:iface-status=active", f"external-ids:attached-mac={port['mac_address']}",
                 f"external-ids:vm-uuid={vm_uuid}")


def _console(lab, name):
    return lab.logs / f"vm-{name}.console"


def _qemu(lab, name, nics, vm_uuid):
    folder = _folder(lab, name)
    command = ["qemu-system-x86_64", "-name", name, "-uuid", vm_uuid,
               "-M", "microvm,x-option-roms=off,rtc=on", "-accel", "tcg,tb-size=64", "-m", str(MEMORY_MIB),
               "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
               "-chardev", f"file,id=console,path={_console(lab, name)}", "-serial", "chardev:console",
               "-kernel", guest_image.kernel(), "-initrd", guest_image.initramfs(),
               "-append", f"console=ttyS0 panic=-1 quiet {_CLOCK.format(guest_image.tsc_khz())}"
                          f" exec_slots={guest_exec.SLOTS} guest={name}",
               "-device", "virtio-serial-device"]
    for number, (tap, mac) in enumerate(nics):
        # No offloads: the switch reads raw packets and can't complete a checksum left to a NIC.
        command += ["-netdev", f"tap,id=net{number},ifname={tap},script=no,downscript=no,vnet_hdr=off",
                    "-device", f"virtio-net-device,netdev=net{number},mac={mac}"]
    for slot in range(guest_exec.SLOTS):
        path = guest_exec.socket_path(folder, slot)
        command += ["-chardev", f"socket,id=exec{slot},path={path},server=on,wait=off",
                    "-device", f"virtserialport,chardev=exec{slot},name=exec{slot}"]
    return command


def execute(lab, name, command):
    """Runs a command in the guest with this process's stdin, stdout and stderr; gives its exit code."""
    _read(lab, name)
    return guest_exec.execute(_folder(lab, name), command)


def execute_quietly(lab, name, command, timeout):
    """Runs a command of the lab's own; its output is dropped."""
    return guest_exec.execute(_folder(lab, name), command, stdin=None, stdout=None, stderr=None, timeout=timeout)


def stop(lab, name):
    """Stops a guest, unplugs it and gives back what it claimed."""
    _read(lab, name)
    _remove(lab, name)


def _remove(lab, name):
    folder = _folder(lab, name)
    if (folder / "vm.json").exists():
        vm = _read(lab, name)
        node = next(n for n in lab.workers(int(vm["node"].removeprefix("worker"))) if n.name == vm["node"])
        processes.kill(lab, node.name, _process(name))
        for interface in vm["interfaces"]:
            switch.vsctl(node, "--no-wait", "--if-exists", "del-port", INTEGRATION_BRIDGE, interface["tap"])
            netns.run_in(node, "ip", "link", "delete", interface["tap"], check=False)
            _disclaim(lab, interface)
    shutil.rmtree(folder, ignore_errors=True)


def _disclaim(lab, interface):
    if interface["claimed"]:
        try:
            http.api(lab, "PUT", f"/v2.0/ports/{interface['port']}", {"port": {key: "" for key in interface["claimed"]}})
        except LabError:
            pass  # the port may be deleted already, or weftd be down: the guest goes all the same
