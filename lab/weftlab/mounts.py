"""Mounts that a lab left."""
import pathlib

from weftlab.shell import run


def unmount_under(folder):
    """Unmounts everything below a folder, the deepest first."""
    for point in sorted(_mount_points(), reverse=True):
        if point.is_relative_to(folder):
            run("umount", "--lazy", point, check=False)


def _mount_points():
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return [pathlib.Path(line.split()[4].encode().decode("unicode_escape")) for line in lines]
