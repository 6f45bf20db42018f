#!/usr/bin/python3
"""Every C++ source is as clang-format leaves it; every text file ends with one newline and has no trailing blanks."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = {".py", ".md", ".cmake", ".toml", ".sh", ".service", ".json", ".ovsschema"}


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def clang_format_faults(files):
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    done = subprocess.run([tool, "--dry-run", "--ferror-limit=1", *files], cwd=ROOT, capture_output=True, text=True)
    for line in done.stderr.splitlines():
        if "[-Wclang-format-violations]" in line:
            yield line.replace(str(ROOT) + "/", "").split(" code should")[0] + " not formatted: run 'make fmt'"


def text_faults(path):
    text = path.read_text()
    name = path.relative_to(ROOT)
    if text and not text.endswith("\n"):
        yield f"{name}: no newline at the end"
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"{name}:{number}: trailing blanks"


def main():
    files = tracked()
    sources = [str(p) for p in files if p.suffix in (".h", ".cc")]
    faults = list(clang_format_faults(sources))
    for path in files:
        if path.suffix in TEXT and "golden" not in path.parts:
            faults += text_faults(path)
    print("\n".join(faults) or f"{len(files)} files are formatted")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
