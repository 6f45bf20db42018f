#!/usr/bin/python3
"""Holds every #include and every CMake DEPENDS of src/ to the module table of ARCHITECTURE.md."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([a-z]+) \| [^|]* \| ([a-z ]*)\|$")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z]+)/', re.M)
DEPENDS = re.compile(r"\b(weft_library|weft_test|weft_integration_test|weft_bench|weft_fuzz)\s*\(([^)]*)\)", re.S)


def allowed_arrows():
    """module -> modules that it may use, itself included."""
    arrows = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        row = ROW.match(line)
        if row:
            arrows[row.group(1)] = set(row.group(2).split()) | {row.group(1)}
    return arrows


def include_faults(module, allowed):
    for path in sorted((ROOT / "src" / module).rglob("*")):
        if path.suffix not in (".h", ".cc"):
            continue
        for used in INCLUDE.findall(path.read_text()):
            if used not in allowed:
                yield f"{path.relative_to(ROOT)}: includes {used}/, which {module} may not use"


def link_faults(module, allowed):
    path = ROOT / "src" / module / "CMakeLists.txt"
    for _, body in DEPENDS.findall(re.sub(r"#.*", "", path.read_text())):
        depends = re.search(r"\bDEPENDS\s+([a-z_\s]+)", body)
        for used in depends.group(1).split() if depends else []:
            if used.split("_")[0] not in allowed:  # a folder's further libraries are named FOLDER_x
                yield f"{path.relative_to(ROOT)}: links {used}, which {module} may not use"


def cycle_faults(arrows):
    done, path = set(), []

    def visit(module):
        if module in path:
            yield "ARCHITECTURE.md: the arrows have a cycle: " + " -> ".join(path[path.index(module):] + [module])
            return
        if module in done:
            return
        path.append(module)
        for used in sorted(arrows.get(module, set()) - {module}):
            yield from visit(used)
        path.pop()
        done.add(module)

    for module in arrows:
        yield from visit(module)


def main():
    arrows = allowed_arrows()
    folders = {p.name for p in (ROOT / "src").iterdir() if p.is_dir()}
    faults = [f"src/{m}: not in the module table of ARCHITECTURE.md" for m in sorted(folders - set(arrows))]
    faults += list(cycle_faults(arrows))
    for module in sorted(folders & set(arrows)):
        faults += include_faults(module, arrows[module])
        faults += link_faults(module, arrows[module])
    print("\n".join(faults) or f"{len(folders)} modules keep to the arrows")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
