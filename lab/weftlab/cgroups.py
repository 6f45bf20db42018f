"""Control groups that the lab's containers left: /sys/fs/cgroup/[CONTROLLER/]LAB_NAME."""
import contextlib
import os
import pathlib

ROOT = pathlib.Path("/sys/fs/cgroup")


def remove(lab):
    for top in [ROOT / lab.name, *ROOT.glob(f"*/{lab.name}")]:
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
